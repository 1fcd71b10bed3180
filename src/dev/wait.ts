import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** When to give up, in epoch milliseconds. */
  readonly deadline: number;
  /** Milliseconds between two looks. @default 50 */
  readonly intervalMs?: number;
  /** Ends the waiting early: the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Called before every look; what it throws ends the waiting. */
  readonly check?: () => Promise<void>;
}

/**
 * Looks again and again until there is something to see.
 * @returns what was seen, or undefined when the deadline came first
 */
export async function waitUntil<T>(
  look: () => Promise<T | false | undefined>,
  { deadline, intervalMs = 50, signal, check }: WaitOptions,
): Promise<T | undefined> {
  for (;;) {
    signal?.throwIfAborted();
    await check?.();
    const seen = await look();
    if (seen) return seen;
    if (Date.now() >= deadline) return undefined;
    await sleep(intervalMs);
  }
}

/**
 * Does several things at once. The first that fails aborts the others' signal, and its error is thrown when
 * all have come to their end, so that nothing goes on behind the caller's back.
 */
export async function together(...tasks: ((signal: AbortSignal) => Promise<unknown>)[]): Promise<void> {
  const abort = new AbortController();
  const run = async (task: (signal: AbortSignal) => Promise<unknown>) => {
    try {
      await task(abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) abort.abort(error);
    }
  };
  await Promise.all(tasks.map(run));
  abort.signal.throwIfAborted();
}
