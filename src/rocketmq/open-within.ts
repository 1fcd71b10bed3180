import { setTimeout as delay } from 'node:timers/promises';
import { type FaultContext, sinkFault } from './faults.js';
import type { OpenOptions } from './producer.js';

const RETRY_MS = 500;
/** Node's timers hold no more milliseconds than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Tries until the servers answer, the time is up, or the fault is not the world's.
 * @param late what is wrong when time is up within an attempt, in the transport's terms
 * @throws SinkFault; the signal's reason
 */
export async function openWithin<T>(
  attempt: () => Promise<T>,
  late: Error,
  context: FaultContext,
  { timeoutMs, signal, onWaiting }: OpenOptions,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await before(deadline, attempt(), late, signal);
    } catch (error) {
      signal.throwIfAborted();
      const fault = sinkFault(error, context);
      if (fault.fault !== 'world' || Date.now() + RETRY_MS >= deadline) throw fault;
      onWaiting?.(fault);
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}

/** The outcome of `work`, unless time is up or the caller gives up first. */
async function before<T>(deadline: number, work: Promise<T>, late: Error, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const time = delay(Math.min(LONGEST_TIMER_MS, Math.max(0, deadline - Date.now())), undefined, {
    signal: AbortSignal.any([signal, over.signal]),
  }).then(() => {
    throw late;
  });
  try {
    return await Promise.race([work, time]);
  } finally {
    over.abort();
  }
}
