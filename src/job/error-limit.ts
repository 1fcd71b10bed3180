import type { FaultInfo } from './fault.js';
import type { RecordCounts } from './report.js';
import type { Dirty, ErrorLimit } from './schema/job.js';

type Counts = Pick<RecordCounts, 'read' | 'dirty'>;

/** How many dirty records are allowed. */
export type Limit = Omit<ErrorLimit, 'onBreach'>;

/** With `dirty.mode: fail` the first dirty record is one too many. */
const NO_DIRTY: Limit = { records: 0, minRecords: 0 };

/** The limit that a job starts with. */
export function limitOf(mode: Dirty['mode'], { onBreach: _, ...limit }: ErrorLimit): Limit {
  return mode === 'fail' ? NO_DIRTY : limit;
}

/** Whether a job with these counts has more dirty records than its limit allows. */
export function isBreached(limit: Limit, { read, dirty }: Counts): boolean {
  if (dirty > limit.records) return true;
  return limit.ratio !== undefined && read >= limit.minRecords && dirty > limit.ratio * read;
}

/** What ends, or holds, a run with too many dirty records. Plain data: it crosses processes. */
export function breach(limit: Limit, { read, dirty }: Counts): FaultInfo {
  const { records, ratio = 0 } = limit;
  const allowed =
    dirty > records
      ? `${records} are allowed, so that the limit is passed by ${dirty - records}`
      : `${ratio} of the records read are allowed, so that the limit is passed by ${dirty - Math.floor(ratio * read)}`;
  return {
    code: 'error_limit',
    fault: 'record',
    message: `${dirty} of ${read} records are dirty; ${allowed} (settings.errorLimit).`,
    mend:
      "Look at the dirty records (`rocketlift dirty list`, or the worker's log), mend them or the job's columns, or raise " +
      'settings.errorLimit; `rocketlift retry --error-limit N` goes on where the run ended.',
  };
}
