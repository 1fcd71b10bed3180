import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { toldBy } from './broker-answers.js';
import type { Answer, Request } from './connection.js';
import type { Connections } from './connections.js';
import { parseLooseJson } from './loose-json.js';
import { REQUEST } from './protocol.js';

/** Time between two looks, in milliseconds. */
const LOOK_MS = 100;

/**
 * Waits until a broker has put into queues and into its index what it had stored when it was asked: it acknowledges
 * messages before that, and until then they can neither be counted nor found.
 * @returns false where it won't tell how far it is
 * @throws RemotingError, RefusedError; the signal's reason
 */
export async function dispatched(
  connections: Connections,
  address: string,
  signal: AbortSignal,
): Promise<boolean> {
  const ask = (request: Request) => connections.ask(address, request);
  const first = await logOf(ask);
  if (!first) return false;
  for (let now: Log | undefined = first; now && now.dispatched < first.end; ) {
    await delay(LOOK_MS, undefined, { signal });
    now = await logOf(ask);
  }
  return true;
}

/** Offsets in a broker's log, in bytes. */
interface Log {
  readonly end: number;
  readonly dispatched: number;
}

const runtimeInfo = z.object({
  table: z.object({ commitLogMaxOffset: z.coerce.number(), dispatchBehindBytes: z.coerce.number() }),
});

/** @returns undefined where the account may not know, or the broker does not say */
export async function logOf(ask: (request: Request) => Promise<Answer>): Promise<Log | undefined> {
  const answer = toldBy(await ask({ code: REQUEST.getBrokerRuntimeInfo }));
  const { data } = runtimeInfo.safeParse(answer && parseLooseJson(answer.body.toString()));
  if (!data) return undefined;
  const { commitLogMaxOffset: end, dispatchBehindBytes } = data.table;
  return { end, dispatched: end - dispatchBehindBytes };
}
