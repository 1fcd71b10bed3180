import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { userFault } from '../job/fault.js';

/** How often a worker looks at itself, in milliseconds. */
const INTERVAL_MS = 5_000;

/** A file older than this is no sign of life: a worker that is well has renewed it several times. In milliseconds. */
export const MAX_AGE_MS = 30_000;

/**
 * Renews a file every five seconds while a worker is well, so that others can see from its age how the worker is. A worker that
 * hangs, is gone, or has lost its server renews nothing. The file is removed at the end.
 *
 * @param wellAt looks when the worker was last well, in milliseconds since 1970; undefined, as what it throws, means not now
 * @param signal ends it
 * @throws Fault `health_file` (the user's) where the file can't be written
 */
export async function keepHealthFile(
  path: string,
  wellAt: () => Promise<number | undefined>,
  signal: AbortSignal,
): Promise<void> {
  // One that was killed may have left its own.
  await rm(path, { force: true });
  try {
    await lookRegularly(async () => {
      // Who can't be asked is not well: nothing is renewed then, and that is what is looked at.
      const at = await wellAt().catch(() => undefined);
      if (at !== undefined && !signal.aborted) await renew(path, at);
    }, signal);
  } finally {
    await rm(path, { force: true });
  }
}

/** Looks at once and then every five seconds, until the signal ends it. */
export async function lookRegularly(look: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await look();
    // An abort is the end of the wait, not a fault.
    await delay(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}

async function renew(path: string, at: number): Promise<void> {
  try {
    // To append nothing leaves the time as it was: never does it look younger in between.
    const file = await open(path, 'a');
    try {
      await file.utimes(at / 1000, at / 1000);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw userFault(
      'health_file',
      `The health file ${path} can not be written: ${(error as Error).message}`,
      'Give --health-file (or ROCKETLIFT_HEALTH_FILE) a path in a folder that the worker may write to.',
      error,
    );
  }
}

/**
 * Milliseconds since the worker of a health file was last well; undefined where there is no file: it has not begun to poll, or has
 * ended in good order.
 */
export async function healthFileAge(path: string): Promise<number | undefined> {
  try {
    return Math.max(0, Date.now() - (await stat(path)).mtimeMs);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
