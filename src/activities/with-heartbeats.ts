import { Context } from '@temporalio/activity';

/** Time between two heartbeats of an activity that has nothing to tell, in milliseconds. */
const ALIVE_MS = 1000;

/** Heartbeats while `work` runs, so that a dead worker is noticed and a cancellation is heard. */
export async function withHeartbeats<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  context.heartbeat();
  const timer = setInterval(() => context.heartbeat(), ALIVE_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
