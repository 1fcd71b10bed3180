import { z } from 'zod';
import { toldBy } from './broker-answers.js';
import type { Answer, Request } from './connection.js';
import { parseLooseJson } from './loose-json.js';
import { REQUEST } from './protocol.js';

/**
 * Waits until a broker has put into queues and into its index what it had stored when it was asked: it acknowledges
 * messages before that, and until then they can neither be counted nor found.
 * @param ask asks the broker
 * @param pause lets some time pass between two looks, and throws when it has been enough
 * @returns false where it won't tell how far it is
 * @throws RemotingError, RefusedError; what `pause` throws
 */
export async function dispatched(
  ask: (request: Request) => Promise<Answer>,
  pause: () => Promise<void>,
): Promise<boolean> {
  const first = await logOf(ask);
  let before = first;
  let now = first;
  // An answer's two numbers are not of the same moment. The end of an answer before was there for sure when a later one says
  // how much is left.
  while (first && before && now && now.behind > 0 && before.end - now.behind < first.end) {
    await pause();
    before = now;
    now = await logOf(ask);
  }
  return first !== undefined;
}

interface Log {
  /** Where it ends, in bytes. */
  readonly end: number;
  /** Bytes before that which are not dispatched. */
  readonly behind: number;
}

const runtimeInfo = z.object({
  table: z.object({ commitLogMaxOffset: z.coerce.number(), dispatchBehindBytes: z.coerce.number() }),
});

/** @returns undefined where the account may not know, or the broker does not say */
async function logOf(ask: (request: Request) => Promise<Answer>): Promise<Log | undefined> {
  const answer = toldBy(await ask({ code: REQUEST.getBrokerRuntimeInfo }));
  const { data } = runtimeInfo.safeParse(answer && parseLooseJson(answer.body.toString()));
  return data && { end: data.table.commitLogMaxOffset, behind: data.table.dispatchBehindBytes };
}
