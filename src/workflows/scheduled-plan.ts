import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import { valueAt } from '../job/json-path.js';
import { timezoneOf } from '../job/macros/macros.js';
import type { Overlap, ScheduledInput } from './definitions.js';
import { failureOf } from './failures.js';

/** What a scheduled run is to do. Plain data: a continued run takes it over. */
export interface Plan {
  /** The job's name, and the migration's workflow id. */
  readonly job: string;
  /** When the run was due, in milliseconds since 1970. */
  readonly planned: number;
  readonly timezone: string;
  readonly overlap: Overlap;
  /** Whether it starts much later than planned, as in a backfill or after an outage: such a run is never left out. */
  readonly late: boolean;
}

/** Set by Temporal for every run of a schedule: when it was due, without jitter; for one by hand, when that was. */
const PLANNED = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** How much later than its time and jitter a run may start and count as in time, in milliseconds. */
const IN_TIME_MS = 60_000;

export function planOf({ job: document, overlap = 'skip', jitterMs = 0 }: ScheduledInput): Plan {
  const { startTime, typedSearchAttributes } = workflowInfo();
  const planned = (typedSearchAttributes.get(PLANNED) ?? startTime).getTime();
  const job = valueAt(document, ['name']);
  if (typeof job !== 'string' || job === '') {
    throw failureOf({
      code: 'invalid_job',
      fault: 'user',
      message: 'The job that the schedule holds has no name.',
      mend: 'Create the schedule with `rocketlift schedule create`.',
    });
  }
  const late = startTime.getTime() - planned > jitterMs + IN_TIME_MS;
  return { job, planned, timezone: timezoneOf(document), overlap, late };
}
