import { workflowInfo } from '@temporalio/workflow';
import { valueAt } from '../job/json-path.js';
import { timezoneOf } from '../job/macros/macros.js';
import { IN_TIME_MS, type Overlap, PLANNED, type ScheduledInput } from './definitions.js';
import { failureOf } from './failures.js';

/** What a scheduled run is to do. Plain data: a continued run takes it over. */
export interface Plan {
  /** The job's name, and the migration's workflow id. */
  readonly job: string;
  /** When the run was due, in milliseconds since 1970. */
  readonly planned: number;
  readonly timezone: string;
  readonly overlap: Overlap;
  /**
   * Whether it starts much later than planned, as in a backfill or after an outage: such a run is never left
   * out, and never has another one cancelled.
   */
  readonly late: boolean;
}

/**
 * @param input missing where the run was started in the Temporal UI without one
 * @throws ApplicationFailure `invalid_job`
 */
export function planOf(input: ScheduledInput | null | undefined): Plan {
  const { job: document, overlap = 'skip', jitterMs = 0 } = input ?? {};
  const { startTime, typedSearchAttributes } = workflowInfo();
  const planned = (typedSearchAttributes.get(PLANNED) ?? startTime).getTime();
  const job = valueAt(document, ['name']);
  if (typeof job !== 'string' || job === '') {
    throw failureOf({
      code: 'invalid_job',
      fault: 'user',
      message: 'The run has no job in its input, or one without a name.',
      mend: 'Let a schedule start it: `rocketlift schedule create`, then `rocketlift schedule trigger`.',
    });
  }
  const late = startTime.getTime() - planned > jitterMs + IN_TIME_MS;
  return { job, planned, timezone: timezoneOf(document), overlap, late };
}
