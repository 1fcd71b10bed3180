import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 5000;

/** How long to wait before attempt `n` (from 1 on): doubling, from 0.1 s to 5 s, and up to a half longer by chance. */
export function backoffMs(n: number, chance = Math.random()): number {
  const even = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(n - 1, 16));
  return even * (1 + chance / 2);
}

/** Waits; false if the signal came first. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
