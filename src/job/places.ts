import type { Rate } from './schema/job.js';

/** Activities of one process of a worker at once, at most: each holds up to some 20 MB while it writes. */
export const MAX_ACTIVITIES = 32;

/**
 * A rate is shared among as many partitions as may be written at once, and one for which no worker has a place sends nothing of its
 * share. How many workers there are nobody knows beforehand.
 * @param settings those that hold
 */
export function placesWarnings({ rate, parallelism }: Places): string[] {
  if (rate === undefined || parallelism <= MAX_ACTIVITIES) return [];
  return [
    `The rate is shared among ${parallelism} partitions (settings.parallelism), and one process of a worker writes ${MAX_ACTIVITIES} at once: ` +
      `with fewer than ${Math.ceil(parallelism / MAX_ACTIVITIES)} processes it is not reached.`,
  ];
}

interface Places {
  readonly rate?: Rate | undefined;
  readonly parallelism: number;
}
