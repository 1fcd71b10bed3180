import { setTimeout as delay } from 'node:timers/promises';
import type { TopicEnds } from '../../job/verify.js';
import { dispatched } from './dispatched.js';
import { ANSWER, REQUEST } from './protocol.js';
import { RefusedError, RemotingError } from './remoting-error.js';
import type { Broker, Route } from './route.js';
import type { Servers } from './servers.js';

/** Time between two looks at how far a broker is, in milliseconds. */
const DISPATCHED_LOOK_MS = 100;
/** Time between two looks at queues, in milliseconds. */
const LOOK_MS = 250;
/** How long queues must have stood still before nothing more is expected in them, in milliseconds. */
const STILL_MS = 10_000;
/** The same, of brokers that tell nothing else, before a run, which may go on while others write. */
const STILL_BEFORE_MS = 1000;
const LONGEST_BEFORE_MS = 20_000;

/**
 * Where the queues of a topic end, once all that was acknowledged before is in them.
 * @throws RefusedError where the topic is missing or the account may not know, RemotingError; the signal's reason
 */
export async function topicEnds(servers: Servers, signal: AbortSignal): Promise<TopicEnds> {
  const brokers = await mastersOf(servers);
  if (await allDispatched(servers, brokers, signal)) return await endsOf(servers, brokers);
  const deadline = Date.now() + LONGEST_BEFORE_MS;
  for (let last = await endsOf(servers, brokers); ; ) {
    await delay(STILL_BEFORE_MS, undefined, { signal });
    const now = await endsOf(servers, brokers);
    if (arrivedBetween(last, now) === 0 || Date.now() > deadline) return now;
    last = now;
  }
}

/** What has come into a topic. */
export interface Arrived {
  readonly messages: number;
  /** Brokers that hold queues of it and did not before: what those held then can't be told. */
  readonly newBrokers: readonly string[];
}

/**
 * Counts what has come into a topic since its queues ended elsewhere. Waits until all that was acknowledged before this
 * was asked has been counted, and for `least` messages as long as more come.
 * @throws as {@link topicEnds}; also where a broker that was there is not there now
 */
export async function countArrived(
  servers: Servers,
  before: TopicEnds,
  least: number,
  signal: AbortSignal,
): Promise<Arrived> {
  const brokers = await mastersOf(servers);
  const gone = Object.keys(before).find((name) => !brokers.some((broker) => broker.name === name));
  if (gone !== undefined) throw new RemotingError('unreachable', `broker ${gone} is not there now`);
  await allDispatched(servers, brokers, signal);
  let messages = arrivedBetween(before, await endsOf(servers, brokers));
  for (let stillSince = Date.now(); messages < least && Date.now() - stillSince < STILL_MS; ) {
    await delay(LOOK_MS, undefined, { signal });
    const now = arrivedBetween(before, await endsOf(servers, brokers));
    if (now !== messages) stillSince = Date.now();
    messages = now;
  }
  const newBrokers = brokers.flatMap(({ name }) => (name in before ? [] : [name]));
  return { messages, newBrokers };
}

/** A queue that was not there begins at 0. */
function arrivedBetween(before: TopicEnds, now: TopicEnds): number {
  let messages = 0;
  for (const [broker, ends] of Object.entries(now)) {
    for (const [queue, end] of ends.entries()) messages += end - (before[broker]?.[queue] ?? 0);
  }
  return messages;
}

export type Master = Broker & { readonly address: string };

/** @throws RemotingError where a broker has no master: its queues can't be looked at */
export async function mastersOf({ nameServers, context: { topic } }: Servers): Promise<readonly Master[]> {
  const route: Route | undefined = await nameServers.route(topic);
  if (!route) throw new RefusedError(ANSWER.topicNotExist, 'no name server knows the topic');
  return route.map((broker) => {
    const [address] = broker.masters;
    if (address === undefined)
      throw new RemotingError('unreachable', `broker ${broker.name} has no master now`);
    return { ...broker, address };
  });
}

/** Waits for all of them that tell; false where one does not. */
export async function allDispatched(
  { connections }: Servers,
  brokers: readonly Master[],
  signal: AbortSignal,
): Promise<boolean> {
  const pause = () => delay(DISPATCHED_LOOK_MS, undefined, { signal });
  const told = await Promise.all(
    brokers.map(({ address }) => dispatched((request) => connections.ask(address, request), pause)),
  );
  return told.every(Boolean);
}

/** Where the queues end as they are just now. */
export async function endsOf(servers: Servers, brokers: readonly Master[]): Promise<TopicEnds> {
  const ends = brokers.map(async ({ name, address, readableQueues, writableQueues }) => {
    const queues = Array.from({ length: Math.max(readableQueues, writableQueues) }, (_, queue) => queue);
    return [name, await Promise.all(queues.map((queue) => endOf(servers, address, queue)))] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

async function endOf({ connections, context }: Servers, address: string, queueId: number): Promise<number> {
  const fields = { topic: context.topic, queueId };
  const answer = await connections.ask(address, { code: REQUEST.getMaxOffset, fields });
  if (answer.code !== ANSWER.ok) throw new RefusedError(answer.code, answer.remark);
  return Number(answer.fields.offset);
}
