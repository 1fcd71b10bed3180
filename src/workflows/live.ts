import { type Limit, limitOf } from '../job/error-limit.js';
import type { FaultInfo } from '../job/fault.js';
import { type ChangeNote, MAX_CHANGES, type RunState } from '../job/report.js';
import type { Job, Rate } from '../job/schema/job.js';

/** What of a job's settings can be changed while it runs. */
export interface LiveSettings {
  readonly parallelism: number;
  readonly rate: Rate | undefined;
  readonly limit: Limit;
}

/** What was changed by those who look after a run. Plain data: a continued run, and one that retries, takes it over. */
export interface Live {
  /** In the place of the job's own settings; `null` for no rate. */
  tuned: { readonly parallelism?: number; readonly rate?: Rate | null; readonly limit?: Limit };
  /** Since when, and by whom, it is paused. */
  paused?: ChangeNote;
  /** Why it waits for a decision. */
  held?: FaultInfo;
  /** The last {@link MAX_CHANGES}. */
  changes: ChangeNote[];
}

export const newLive = (): Live => ({ tuned: {}, changes: [] });

export function liveSettings({ settings, dirty, sink }: Job, { tuned }: Live): LiveSettings {
  const { parallelism, rate, errorLimit } = settings;
  return {
    // Two partitions at once would mix the order of keys that are in both.
    parallelism: sink.order === 'key' ? 1 : (tuned.parallelism ?? parallelism),
    rate: tuned.rate === undefined ? rate : (tuned.rate ?? undefined),
    limit: tuned.limit ?? limitOf(dirty.mode, errorLimit),
  };
}

/** Whether nothing is to be written just now. */
export const isStopped = ({ paused, held }: Live): boolean => paused !== undefined || held !== undefined;

/** The state of a run that has not ended. */
export const liveState = ({ paused, held }: Live): RunState =>
  held ? 'held' : paused ? 'paused' : 'running';

/** Notes a change for the report. */
export function note(live: Live, by: string, what: string, now: number): ChangeNote {
  const change = { at: new Date(now).toISOString(), by, what };
  live.changes = [...live.changes, change].slice(-MAX_CHANGES);
  return change;
}
