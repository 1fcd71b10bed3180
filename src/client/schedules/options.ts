import { userFault } from '../../job/fault.js';
import type { LoadedJob } from '../../job/parse.js';
import type { Schedule } from '../../job/schema/schedule.js';
import { type Overlap, SCHEDULED_MIGRATION, type ScheduledInput } from '../../workflows/definitions.js';
import { carriesAttributes } from '../search-attributes.js';
import type { Session } from '../session.js';
import { startDetails, startSummary } from '../start-texts.js';

/** Temporal's words. Two runs at once, its ALLOW_ALL, there never are. */
export const OVERLAPS = {
  skip: 'SKIP',
  bufferOne: 'BUFFER_ONE',
  bufferAll: 'BUFFER_ALL',
  cancelOther: 'CANCEL_OTHER',
} as const satisfies Record<Overlap, string>;

/**
 * A job's schedule in Temporal's terms.
 * @throws Fault `no_schedule` for a job without one
 */
export async function scheduleOptions(session: Session, loaded: LoadedJob, taskQueue: string) {
  const { name } = loaded.job;
  const { cron, timezone, overlap, catchUp, jitter, pauseOnFailure } = scheduleOf(loaded);
  const input: ScheduledInput = {
    job: loaded.document,
    overlap,
    jitterMs: jitter,
    searchAttributes: await carriesAttributes(session),
    summary: startSummary(loaded),
    details: startDetails(loaded),
  };
  return {
    spec: {
      // Temporal keeps what it understood of an expression, and the text only where it stands in a comment.
      cronExpressions: cronTexts(cron).map((text) => `${text} # ${text}`),
      timezone,
      jitter,
    },
    action: {
      type: 'startWorkflow' as const,
      workflowType: SCHEDULED_MIGRATION,
      // A job's name holds no colon, so that this is never the workflow of a job. Temporal adds the planned time.
      workflowId: `scheduled:${name}`,
      taskQueue,
      args: [input],
      staticSummary: `The job ${name}, by its schedule`,
    },
    policies: { overlap: OVERLAPS[overlap], catchupWindow: catchUp, pauseOnFailure },
  };
}

/** @throws Fault `no_schedule` for a job without a schedule */
function scheduleOf({ job: { name, schedule } }: LoadedJob): Schedule {
  if (schedule) return schedule;
  throw userFault(
    'no_schedule',
    `The job ${name} has no schedule.`,
    'Say when it runs, in the job file: `schedule: { cron: "0 2 * * *", timezone: UTC }`.',
  );
}

export const cronTexts = (cron: Schedule['cron']): readonly string[] =>
  typeof cron === 'string' ? [cron] : cron;
