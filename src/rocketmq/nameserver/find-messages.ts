import { setTimeout as delay } from 'node:timers/promises';
import { RECORD_ID_PROPERTY } from '../../job/message.js';
import type { Picked } from '../../job/sample.js';
import type { TopicEnds } from '../../job/verify.js';
import { bodyDigest } from '../body-digest.js';
import { plainBody } from './plain-body.js';
import { ANSWER, REQUEST } from './protocol.js';
import { RefusedError } from './remoting-error.js';
import type { Servers } from './servers.js';
import { mostOfAKey, type StoredMessage, storedMessages } from './stored-message.js';
import { allDispatched, endsOf, type Master, mastersOf } from './topic-ends.js';

/** Messages that are asked for at a time. */
const AT_ONCE = 16;

/** How long messages that are not found are looked for where a broker won't tell how far its index is, in milliseconds. */
const INDEXED_WITHIN_MS = 30_000;
const LOOK_MS = 500;

/** Java's `Long.MAX_VALUE`, in the text of a request. */
const END_OF_TIME = '9223372036854775807';

/** Where messages must stand. */
interface Stretch {
  readonly before: TopicEnds;
  readonly behind: TopicEnds;
}

/** Why a message that was sent is not there. */
export interface NotFound {
  readonly id: string;
  readonly why: 'missing' | 'other body';
}

/**
 * Looks for messages by their record ids, behind where the topic's queues ended before they were sent.
 * @returns those that are not there as they were sent, in the order of `picks`
 * @throws RefusedError where the account may not look, RemotingError; the signal's reason
 */
export async function findMessages(
  servers: Servers,
  picks: readonly Picked[],
  before: TopicEnds,
  signal: AbortSignal,
): Promise<NotFound[]> {
  const brokers = await mastersOf(servers);
  const isTold = await allDispatched(servers, brokers, signal);
  const deadline = Date.now() + INDEXED_WITHIN_MS;
  let waiting = picks;
  for (;;) {
    // Of a topic that was deleted messages are found as long as the broker's log has them, and they are in no queue.
    const within: Stretch = { before, behind: await endsOf(servers, brokers) };
    const found = new Map<Picked, NotFound | undefined>();
    for (let at = 0; at < waiting.length; at += AT_ONCE) {
      const some = waiting.slice(at, at + AT_ONCE);
      await Promise.all(
        some.map(async (pick) => found.set(pick, await look(servers, brokers, pick, within))),
      );
      signal.throwIfAborted();
    }
    // In the order asked, whichever answer came first.
    const missing = waiting.flatMap((pick) => found.get(pick) ?? []);
    if (missing.length === 0 || isTold || Date.now() > deadline) return missing;
    waiting = waiting.filter((pick) => found.get(pick) !== undefined);
    await delay(LOOK_MS, undefined, { signal });
  }
}

/**
 * Whether the account may look for messages by their keys.
 * @throws RefusedError where not, RemotingError
 */
export async function mayFindMessages(servers: Servers): Promise<void> {
  const brokers = await mastersOf(servers);
  await Promise.all(brokers.map(({ address }) => messagesOf(servers, address, 'rocketlift', 1)));
}

async function look(
  servers: Servers,
  brokers: readonly Master[],
  { id, digest, bytes }: Picked,
  { before, behind }: Stretch,
): Promise<NotFound | undefined> {
  const most = mostOfAKey(bytes);
  const stored = await Promise.all(
    brokers.map(async ({ name, address }) => {
      const messages = await messagesOf(servers, address, id, most);
      return messages.filter(
        ({ queueId, queueOffset, properties }) =>
          properties[RECORD_ID_PROPERTY] === id &&
          queueOffset >= (before[name]?.[queueId] ?? 0) &&
          queueOffset < (behind[name]?.[queueId] ?? 0),
      );
    }),
  );
  const messages = stored.flat();
  const isSame = (body: Buffer | undefined) => body !== undefined && bodyDigest(body) === digest;
  if (messages.some((message) => isSame(plainBody(message)))) return undefined;
  return { id, why: messages.length === 0 ? 'missing' : 'other body' };
}

async function messagesOf(
  { connections, context: { topic } }: Servers,
  address: string,
  key: string,
  most: number,
): Promise<StoredMessage[]> {
  const fields = { topic, key, maxNum: most, beginTimestamp: 0, endTimestamp: END_OF_TIME };
  const answer = await connections.ask(address, { code: REQUEST.queryMessage, fields });
  if (answer.code === ANSWER.queryNotFound) return [];
  if (answer.code !== ANSWER.ok) throw new RefusedError(answer.code, answer.remark);
  return [...storedMessages(answer.body)];
}
