import type { Answer } from './connection.js';
import { ANSWER, REQUEST, TOOLS_GROUP } from './protocol.js';
import { RefusedError, RemotingError } from './remoting-error.js';
import type { Servers } from './servers.js';
import { type StoredMessage, storedMessages } from './stored-message.js';
import { type Master, mastersOf, topicEnds } from './topic-ends.js';

/** Messages that are asked for at a time; brokers give fewer where they are large. */
const AT_ONCE = 256;
/** That a subscription comes along, and nothing is committed or waited for. */
const WITH_SUBSCRIPTION = 4;

/** What a broker answers that has no message where it is asked for one. */
const GONE: readonly number[] = [ANSWER.pullNotFound, ANSWER.pullRetryImmediately, ANSWER.pullOffsetMoved];

/** A stretch of a queue. Plain data. */
export interface QueueStretch {
  readonly broker: string;
  readonly queue: number;
  /** Offset of the first message. */
  readonly from: number;
  /** Offset behind the last one. */
  readonly to: number;
}

/**
 * What the queues of a topic hold that can be read: all that was acknowledged before. Those without messages are left out.
 * @param since leaves out what was stored before, in milliseconds since 1970 @default nothing
 * @throws RefusedError where the topic is missing or the account may not know, RemotingError; the signal's reason
 */
export async function heldStretches(
  servers: Servers,
  since: number | undefined,
  signal: AbortSignal,
): Promise<QueueStretch[]> {
  const ends = await topicEnds(servers, signal);
  const brokers = await mastersOf(servers);
  const all = brokers.flatMap(({ name, address, readableQueues }) =>
    // Of queues that can only be written to brokers tell where they end, and nothing else; where that is all of them, they say why.
    (ends[name] ?? []).slice(0, readableQueues || undefined).map(async (to, queue): Promise<QueueStretch> => {
      const from = await firstSince(servers, address, queue, since);
      return { broker: name, queue, from, to };
    }),
  );
  return (await Promise.all(all)).filter(({ from, to }) => from < to);
}

/** Where a queue begins, or what was stored in it since a time. */
async function firstSince(
  { connections, context: { topic } }: Servers,
  address: string,
  queueId: number,
  timestamp: number | undefined,
): Promise<number> {
  const queue = { topic, queueId };
  const answer = await connections.ask(
    address,
    timestamp === undefined
      ? { code: REQUEST.getMinOffset, fields: queue }
      : { code: REQUEST.searchOffset, fields: { ...queue, timestamp } },
  );
  if (answer.code !== ANSWER.ok) throw new RefusedError(answer.code, answer.remark);
  return Number(answer.fields.offset);
}

/**
 * Whether the account may read the topic: asks every broker for a message, whether there is one or not.
 * @throws RefusedError where not, RemotingError
 */
export async function mayRead(servers: Servers): Promise<void> {
  const brokers = await mastersOf(servers);
  await Promise.all(
    brokers.map(async ({ name, address }) => {
      const { code, remark } = await pull(servers, address, { broker: name, queue: 0, from: 0, to: 1 }, 0);
      if (code === ANSWER.noPermission) throw new RefusedError(code, remark);
    }),
  );
}

/** A piece of a stretch. */
interface Piece {
  readonly messages: readonly StoredMessage[];
  /** Where the next one begins. */
  readonly next: number;
}

/** Reads stretches of queues from the masters of their brokers, which are looked up again after a failure. */
export class QueueReader {
  readonly #servers: Servers;
  #masters: readonly Master[] | undefined;

  constructor(servers: Servers) {
    this.#servers = servers;
  }

  /**
   * The messages from an offset on, some at least, unless all up to the end of the stretch are gone.
   * @throws RefusedError, RemotingError
   */
  async read(stretch: QueueStretch, offset: number): Promise<Piece> {
    try {
      this.#masters ??= await mastersOf(this.#servers);
      const master = this.#masters.find(({ name }) => name === stretch.broker);
      if (!master) throw new RemotingError('unreachable', `broker ${stretch.broker} is not there now`);
      return pieceOf(await pull(this.#servers, master.address, stretch, offset), stretch, offset);
    } catch (error) {
      this.#masters = undefined;
      throw error;
    }
  }
}

function pieceOf({ code, remark, fields, body }: Answer, { to }: QueueStretch, offset: number): Piece {
  const next = Number(fields.nextBeginOffset);
  if (code === ANSWER.ok && next > offset) {
    return { messages: [...storedMessages(body)].filter(({ queueOffset }) => queueOffset < to), next };
  }
  // What stood there has been removed, and the broker says where to go on; or the queue with it, and the new one is shorter.
  if (GONE.includes(code)) return { messages: [], next: next > offset ? next : to };
  throw new RefusedError(code, remark);
}

function pull(
  { connections, context: { topic } }: Servers,
  address: string,
  { queue, from, to }: QueueStretch,
  offset: number,
): Promise<Answer> {
  const fields = {
    consumerGroup: TOOLS_GROUP,
    topic,
    queueId: queue,
    queueOffset: offset,
    maxMsgNums: Math.min(AT_ONCE, Math.max(1, to - from)),
    sysFlag: WITH_SUBSCRIPTION,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subscription: '*',
    subVersion: 0,
  };
  return connections.ask(address, { code: REQUEST.pullMessage, fields });
}
