import { keepHealthFile } from '../worker/health.js';
import { EXIT } from './exit.js';

/** What can be ended in good order, and shows when it has ended. */
interface Endable {
  readonly done: Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Stops at the first SIGINT or SIGTERM, and leaves at once at the second.
 * @param leave is called just before
 */
export function stopAtSignal(stop: () => void, leave: () => void = () => {}): void {
  let stopping = false;
  const take = () => {
    if (stopping) {
      leave();
      process.exit(EXIT.interrupted);
    }
    stopping = true;
    stop();
  };
  process.on('SIGINT', take).on('SIGTERM', take);
}

/**
 * Resolves when the worker has ended. Ends it in good order where its health file can't be written.
 * @param wellAt see {@link keepHealthFile}
 */
export async function doneWithHealthFile(
  worker: Endable,
  path: string,
  wellAt: () => Promise<number | undefined>,
): Promise<void> {
  const ended = new AbortController();
  const file = keepHealthFile(path, wellAt, ended.signal);
  try {
    await Promise.race([worker.done, file]);
  } finally {
    ended.abort();
    await worker.stop();
    await file;
  }
}
