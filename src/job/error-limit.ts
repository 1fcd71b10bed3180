import { Fault } from './fault.js';
import type { RecordCounts } from './report.js';
import type { ErrorLimit } from './schema/job.js';

type Counts = Pick<RecordCounts, 'read' | 'dirty'>;

/** Whether a job with these counts has more dirty records than its limit allows. */
export function isBreached(limit: ErrorLimit, { read, dirty }: Counts): boolean {
  if (dirty > limit.records) return true;
  return limit.ratio !== undefined && read >= limit.minRecords && dirty > limit.ratio * read;
}

/** What ends a run with too many dirty records. */
export function breach(limit: ErrorLimit, { read, dirty }: Counts): Fault {
  const allowed =
    dirty > limit.records ? `${limit.records} are allowed` : `${limit.ratio} of the records read are allowed`;
  return new Fault({
    code: 'error_limit',
    fault: 'record',
    message: `${dirty} of ${read} records are dirty; ${allowed} (settings.errorLimit).`,
    mend: "Look up the dirty records in the worker's log, mend them or the job's columns, or raise settings.errorLimit.",
  });
}
