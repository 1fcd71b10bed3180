import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Message } from '../../../src/job/message.js';
import { sink as sinkSchema } from '../../../src/job/schema/sink.js';
import { type FaultContext, sinkFault } from '../../../src/rocketmq/faults.js';
import { MessageEncoder } from '../../../src/rocketmq/nameserver/encoder.js';
import { type Frame, FrameReader } from '../../../src/rocketmq/nameserver/frame.js';
import { queueIsRefused } from '../../../src/rocketmq/nameserver/producer.js';
import { RefusedError } from '../../../src/rocketmq/nameserver/remoting-error.js';
import { parseRoute } from '../../../src/rocketmq/nameserver/route.js';
import { nameserverTransport } from '../../../src/rocketmq/nameserver/transport.js';
import type { Producer } from '../../../src/rocketmq/producer.js';
import { readItems, readProperties } from './support/batch-items.js';
import { rocketmq, useFakeServers } from './support/fake-server.js';
import type { TestFrame } from './support/frames.js';

/** Bytes of requests and their answers in base64, as recorded/record.mjs found them between Java and real servers. */
interface Exchange {
  readonly request: string;
  readonly answer: string;
}

const { topic, brokerAddr, byJava, answers } = JSON.parse(
  await readFile(new URL('recorded/golden.json', import.meta.url), 'utf8'),
) as {
  readonly topic: string;
  readonly brokerAddr: string;
  readonly byJava: Record<'route' | 'routeMissing' | 'heartbeat' | 'send' | 'sendBatch', Exchange>;
  readonly answers: Record<
    'route' | 'sendToNoQueue' | 'sendToNoTopic' | 'queryNotFound' | 'maxOffset',
    Exchange
  >;
};

const context: FaultContext = { stage: 'check', topic, endpoints: 'ns:9876', messageType: 'NORMAL' };

function read(base64: string): Frame {
  const reader = new FrameReader();
  const frames = [...reader.take(Buffer.from(base64, 'base64'))];
  expect(frames).toHaveLength(1);
  expect(reader.isWithinFrame).toBe(false);
  return frames[0];
}

const faultOf = ({ header }: Frame) => sinkFault(new RefusedError(header.code, header.remark ?? ''), context);

describe('answers of real servers', () => {
  it.each([
    ['to RocketMQ’s own client', byJava.route],
    ['to us', answers.route],
  ])('tell where a topic is, %s', (_, { answer }) => {
    const { header, body } = read(answer);
    expect(header.code).toBe(0);
    expect(parseRoute(body.toString())).toEqual([
      {
        name: 'broker-a',
        cluster: 'DefaultCluster',
        masters: [brokerAddr],
        writableQueues: 4,
        readableQueues: 4,
      },
    ]);
  });

  it('tell that a topic is missing', () => {
    expect(faultOf(read(byJava.routeMissing.answer))).toMatchObject({
      code: 'topic_not_found',
      stored: 'no',
    });
    expect(faultOf(read(answers.sendToNoTopic.answer))).toMatchObject({
      code: 'topic_not_found',
      stored: 'no',
    });
  });

  it('tell that messages are stored', () => {
    const one = read(byJava.send.answer);
    expect(one.header).toMatchObject({ code: 0, flag: 1, extFields: { queueOffset: '0' } });
    const batch = read(byJava.sendBatch.answer);
    expect(batch.header.extFields?.msgId.split(',')).toHaveLength(3);
  });

  it('tell that a queue is none, which is how a permission is asked for', () => {
    const { header, body } = read(answers.sendToNoQueue.answer);
    const answer = { code: header.code, remark: header.remark ?? '', fields: {}, body };
    expect(queueIsRefused(answer)).toBe(true);
    expect(faultOf(read(answers.sendToNoQueue.answer))).toMatchObject({ code: 'queue_gone', stored: 'no' });
  });

  it('tell that a key is not found, and how far the index is', () => {
    const { header } = read(answers.queryNotFound.answer);
    expect(header.code).toBe(22);
    expect(header.extFields).toHaveProperty('indexLastUpdatePhyoffset');
  });

  it('tell offsets', () => {
    expect(read(answers.maxOffset.answer).header.extFields).toEqual({
      offset: expect.stringMatching(/^\d+$/),
    });
  });
});

/** The messages that recorded/Send.java sends. */
const sent = (n: number): Message => ({
  id: `id-${n}`,
  key: `key-${n}`,
  tag: `tag-${n}`,
  properties: [['origin', `record é ${n}`]],
  body: `{"n":${n},"text":"é世界"}`,
});

/** Of those that both know. */
const SAME = ['origin', 'TAGS'];
const ofBoth = (properties: readonly (readonly [string, string])[]) =>
  properties.filter(([name]) => SAME.includes(name)).toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('requests', () => {
  const serve = useFakeServers();
  let producer: Producer | undefined;
  afterEach(() => producer?.close());

  /** What the transport asks for, from the route to a message and a batch. */
  async function asked(): Promise<readonly TestFrame[]> {
    const server = await serve({});
    server.behave(rocketmq(() => server.address));
    const opened = await nameserverTransport(sinkSchema.parse({ namesrvAddr: server.address, topic })).open({
      stage: 'check',
      timeoutMs: 10_000,
      signal: new AbortController().signal,
    });
    producer = opened.producer;
    await opened.producer.send([opened.producer.encode(sent(0))]);
    await opened.producer.send([1, 2, 3].map((n) => opened.producer.encode(sent(n))));
    return server.requests;
  }

  it('name the fields that RocketMQ’s own client names', async () => {
    const requests = await asked();
    for (const [code, { request }] of [
      [105, byJava.route],
      [310, byJava.send],
      [320, byJava.sendBatch],
    ] as const) {
      const java = read(request).header;
      const ours = requests.findLast(({ header }) => header.code === code)?.header;
      const fields = ours?.extFields as Record<string, string>;
      // Java leaves out what servers take for 0, and names the broker, which only brokers in a container look at.
      const { l: maxReconsumeTimes = '0', acceptStandardJsonOnly: _, ...rest } = fields;
      expect(maxReconsumeTimes).toBe('0');
      const { n: __, ...javaFields } = java.extFields ?? {};
      expect(Object.keys(rest).sort()).toEqual(Object.keys(javaFields).sort());
      expect(Object.keys(java)).toEqual(expect.arrayContaining(Object.keys(ours ?? {})));
      // Topic, the system's flag, the user's flag, times it was consumed, unit mode, batch.
      for (const name of ['b', 'f', 'h', 'j', 'k', 'm']) expect(rest[name]).toBe(javaFields[name]);
    }
  });

  it('of one message have the body and the properties of RocketMQ’s own client', async () => {
    const ours = (await asked()).findLast(({ header }) => header.code === 310)!;
    const java = read(byJava.send.request);
    expect(ours.body).toEqual(java.body);
    const properties = readProperties((ours.header.extFields as Record<string, string>).i);
    expect(ofBoth(properties)).toEqual(ofBoth(readProperties(java.header.extFields?.i ?? '')));
    expect(Object.fromEntries(properties).KEYS).toBe('key-0 id-0');
    expect(Object.fromEntries(properties).UNIQ_KEY).toMatch(/^[0-9A-F]{32}$/);
  });

  it('of a batch are laid out as those of RocketMQ’s own client', async () => {
    const ours = readItems((await asked()).findLast(({ header }) => header.code === 320)!.body);
    const java = readItems(read(byJava.sendBatch.request).body);
    expect(java).toHaveLength(3);
    expect(ours.map(({ flag, body }) => ({ flag, body }))).toEqual(
      java.map(({ flag, body }) => ({ flag, body })),
    );
    expect(ours.map(({ properties }) => ofBoth(properties))).toEqual(
      java.map(({ properties }) => ofBoth(properties)),
    );
  });

  it('of a batch have the very bytes of RocketMQ’s own client up to the properties', () => {
    const encoder = new MessageEncoder({ nextId: () => 'id' });
    const javaBytes = read(byJava.sendBatch.request).body;
    const { bytes, bodyBytes } = encoder.encode(sent(1));
    // Behind the length of all, which the properties count for.
    expect(bytes.subarray(4, 20 + bodyBytes)).toEqual(javaBytes.subarray(4, 20 + bodyBytes));
  });
});
