import { readNotPermitted } from './fault-rules.js';
import { faultByRule } from './faults.js';
import { ANSWER } from './nameserver/protocol.js';
import { heldStretches, mayRead, QueueReader, type QueueStretch } from './nameserver/read-queues.js';
import { RefusedError, RemotingError } from './nameserver/remoting-error.js';
import { openServers, type Servers } from './nameserver/servers.js';
import type { StoredMessage } from './nameserver/stored-message.js';
import { type Access, withServers } from './nameserver/with-servers.js';
import { openWithin } from './open-within.js';
import type { OpenOptions } from './producer.js';

export type { QueueStretch } from './nameserver/read-queues.js';
export type { Access } from './nameserver/with-servers.js';

/**
 * What a topic holds now.
 * @param since leaves out what was stored before, in milliseconds since 1970 @default nothing
 * @throws SinkFault also the user's `read_not_permitted`
 */
export function readableStretches(
  access: Access,
  since: number | undefined,
  options: OpenOptions,
): Promise<QueueStretch[]> {
  return withServers(access, options, (servers) =>
    reading(servers, () => heldStretches(servers, since, options.signal)),
  );
}

/**
 * Asks whether the account may read a topic.
 * @throws SinkFault also the user's `read_not_permitted`
 */
export function requireReadable(access: Access, options: OpenOptions): Promise<void> {
  return withServers(access, options, (servers) => reading(servers, () => mayRead(servers)));
}

/** A stretch, and how far it has been read. */
interface Cursor {
  readonly stretch: QueueStretch;
  next: number;
  messages: readonly StoredMessage[];
  /** Of those, the first one that has not been handed out. */
  at: number;
}

/**
 * The messages of stretches that are still there, by when they were stored; the same order each time. Holds one answer of a broker
 * for each queue.
 * @param options `timeoutMs` is how long to wait for each answer
 * @throws SinkFault
 */
export async function* storedIn(
  stretches: readonly QueueStretch[],
  { sink, folders }: Access,
  options: OpenOptions,
): AsyncGenerator<StoredMessage> {
  const servers = await openServers(sink, folders, options);
  const reader = new QueueReader(servers);
  const late = new RemotingError('timeout', 'no answer in time');
  const fill = async (cursor: Cursor) => {
    while (cursor.at === cursor.messages.length && cursor.next < cursor.stretch.to) {
      const read = () => reading(servers, () => reader.read(cursor.stretch, cursor.next));
      const { messages, next } = await openWithin(read, late, servers.context, options);
      Object.assign(cursor, { messages, next, at: 0 });
    }
  };
  const isLeft = ({ at, messages }: Cursor) => at < messages.length;
  try {
    let cursors = stretches.map((stretch): Cursor => ({ stretch, next: stretch.from, messages: [], at: 0 }));
    await Promise.all(cursors.map(fill));
    for (cursors = cursors.filter(isLeft); cursors.length > 0; ) {
      options.signal.throwIfAborted();
      const oldest = cursors.reduce((a, b) => (storedAt(b) < storedAt(a) ? b : a));
      yield oldest.messages[oldest.at++];
      if (isLeft(oldest)) continue;
      await fill(oldest);
      if (!isLeft(oldest)) cursors = cursors.filter((cursor) => cursor !== oldest);
    }
  } finally {
    servers.connections.close();
  }
}

const storedAt = ({ messages, at }: Cursor): number => messages[at].storedAt;

/** An account that may publish may be refused here, which has a mend of its own. */
async function reading<T>({ context }: Servers, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefused = error instanceof RefusedError && error.code === ANSWER.noPermission;
    if (!isRefused || !/has no permission|no default permission|is forbidden/i.test(error.message))
      throw error;
    throw faultByRule(readNotPermitted, `${error.code} ${error.message}`, context);
  }
}
