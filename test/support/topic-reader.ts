import type { Stack } from '../../src/dev/stack.js';
import { adminOf } from '../../src/dev/topics.js';
import { RECORD_ID_PROPERTY } from '../../src/job/message.js';
import { REQUEST, RemotingConnection } from './remoting.js';

const QUEUES = 8;
const FOUND = 0;
const PULL_WITH_SUBSCRIPTION = 4;

/** A message as the broker holds it. */
export interface StoredMessage {
  readonly body: Buffer;
  readonly id: string;
  readonly queueId: number;
  /** Its place in the queue. */
  readonly queueOffset: number;
  /** When the broker stored it, in milliseconds since 1970. */
  readonly storedAt: number;
  readonly tag?: string;
  readonly keys: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
}

/** Messages of a topic by the broker's own offsets, once everything that was acknowledged before is visible. */
export async function countTopic(stack: Stack, topic: string): Promise<number> {
  return withConnection(stack, async (connection) => {
    await everythingVisible(connection);
    const ranges = await offsets(connection, topic);
    return ranges.reduce((sum, { min, max }) => sum + max - min, 0);
  });
}

/** Every message of a topic, pulled from the broker. */
export async function readTopic(stack: Stack, topic: string): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  await eachMessage(stack, topic, (message) => messages.push(message));
  return messages;
}

/** The same one by one, for topics of so many messages that they should not all be held. */
export async function eachMessage(
  stack: Stack,
  topic: string,
  take: (message: StoredMessage) => void,
): Promise<void> {
  await withConnection(stack, async (connection) => {
    await everythingVisible(connection);
    const ranges = await offsets(connection, topic);
    await Promise.all(ranges.map((range) => readQueue(connection, topic, range, take)));
  });
}

async function readQueue(
  connection: RemotingConnection,
  topic: string,
  { queueId, min, max }: Range,
  take: (message: StoredMessage) => void,
) {
  for (let offset = min; offset < max; ) {
    const answer = await connection.ask(REQUEST.pull, {
      consumerGroup: 'rocketlift-tests',
      topic,
      queueId,
      queueOffset: offset,
      maxMsgNums: 1000,
      sysFlag: PULL_WITH_SUBSCRIPTION,
      commitOffset: 0,
      suspendTimeoutMillis: 0,
      subscription: '*',
      subVersion: 0,
    });
    if (answer.code !== FOUND)
      throw new Error(`pull of ${topic}:${queueId}@${offset}: ${answer.code} ${answer.remark}`);
    for (const message of decode(answer.body)) take(message);
    offset = Number(answer.extFields?.nextBeginOffset);
  }
}

interface Range {
  readonly queueId: number;
  readonly min: number;
  readonly max: number;
}

async function withConnection<T>(
  stack: Stack,
  work: (connection: RemotingConnection) => Promise<T>,
): Promise<T> {
  const connection = await RemotingConnection.open(stack.rocketmq.brokerAddr, await adminOf(stack));
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

async function offset(
  connection: RemotingConnection,
  code: number,
  topic: string,
  queueId: number,
): Promise<number> {
  const answer = await connection.ask(code, { topic, queueId });
  if (answer.code !== FOUND)
    throw new Error(`offset of ${topic}:${queueId}: ${answer.code} ${answer.remark}`);
  return Number(answer.extFields?.offset);
}

function offsets(connection: RemotingConnection, topic: string): Promise<Range[]> {
  return Promise.all(
    Array.from({ length: QUEUES }, async (_, queueId) => ({
      queueId,
      min: await offset(connection, REQUEST.minOffset, topic, queueId),
      max: await offset(connection, REQUEST.maxOffset, topic, queueId),
    })),
  );
}

/**
 * The broker acknowledges a message before it can be counted or pulled, and makes messages visible in the order it
 * stored them: when one that is sent now is visible, all before it are.
 */
async function everythingVisible(connection: RemotingConnection): Promise<void> {
  const answer = await connection.ask(
    REQUEST.sendV1,
    {
      producerGroup: 'rocketlift-tests',
      topic: MARKER_TOPIC,
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 8,
      queueId: 0,
      sysFlag: 0,
      bornTimestamp: Date.now(),
      flag: 0,
      properties: '',
      reconsumeTimes: 0,
      unitMode: 'false',
      maxReconsumeTimes: 0,
      batch: 'false',
    },
    Buffer.from('marker'),
  );
  if (answer.code !== FOUND) throw new Error(`marker not taken: ${answer.code} ${answer.remark}`);
  const at = Number(answer.extFields?.queueOffset);
  while ((await offset(connection, REQUEST.maxOffset, MARKER_TOPIC, 0)) <= at) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The topic of the markers; the set-up of the tests creates it. */
export const MARKER_TOPIC = 'rocketlift-test-markers';

/** Messages as the broker stores them (RocketMQ, MessageDecoder): fixed fields, then body, topic and properties. */
function decode(buffer: Buffer): StoredMessage[] {
  const messages: StoredMessage[] = [];
  for (let at = 0; at < buffer.length; at += buffer.readUInt32BE(at)) {
    const sysFlag = buffer.readUInt32BE(at + 36);
    if (sysFlag & 0b11_0000) throw new Error('IPv6 host in a message: not expected here');
    const bodyAt = at + 88;
    const bodyLength = buffer.readUInt32BE(at + 84);
    const topicAt = bodyAt + bodyLength;
    const propertiesAt = topicAt + 1 + buffer.readUInt8(topicAt);
    const propertiesEnd = propertiesAt + 2 + buffer.readUInt16BE(propertiesAt);
    const properties = Object.fromEntries(
      buffer
        .toString('utf8', propertiesAt + 2, propertiesEnd)
        .split('\u0002')
        .filter((pair) => pair !== '')
        .map((pair) => pair.split('\u0001') as [string, string]),
    );
    messages.push({
      body: Buffer.from(buffer.subarray(bodyAt, topicAt)),
      id: properties[RECORD_ID_PROPERTY] ?? '',
      queueId: buffer.readUInt32BE(at + 12),
      queueOffset: Number(buffer.readBigInt64BE(at + 20)),
      storedAt: Number(buffer.readBigInt64BE(at + 56)),
      ...(properties.TAGS !== undefined && { tag: properties.TAGS }),
      keys: (properties.KEYS ?? '').split(' ').filter((key) => key !== ''),
      properties,
    });
  }
  return messages;
}
