import type { FaultInfo } from '../job/fault.js';

/** What one process of a worker tells the one that started it. */
export type ProcessNews =
  /** It polls from now on. */
  | { readonly news: 'polls' }
  /** It polls, and Temporal answers it: told every few seconds. */
  | { readonly news: 'well' }
  /** How many activities it has. */
  | { readonly news: 'busy'; readonly activities: number }
  /** It ends, and why. */
  | { readonly news: 'failed'; readonly fault: FaultInfo };

/** What it is told. */
export interface OthersNews {
  /** Activities of the process, among the others, that has the fewest; null where no other is well. */
  readonly fewest: number | null;
}

/** Tells the process that started this one. That nobody is there any more shows elsewhere: the channel is closed. */
export async function tellParent(news: ProcessNews): Promise<void> {
  await new Promise<void>((told) => {
    if (process.connected && process.send) process.send(news, undefined, undefined, () => told());
    else told();
  });
}
