import { type ScheduleDescription, type ScheduleHandle, ScheduleNotFoundError } from '@temporalio/client';
import { userFault } from '../../job/fault.js';
import { SCHEDULED_MIGRATION, type ScheduledInput } from '../../workflows/definitions.js';
import { call } from '../rpc.js';
import type { Session } from '../session.js';

/** A schedule as the server describes it. */
export interface FoundSchedule {
  readonly handle: ScheduleHandle;
  readonly description: ScheduleDescription;
  /** What its runs are started with. */
  readonly input: ScheduledInput;
}

/**
 * The schedule of a job.
 * @throws Fault `schedule_not_found`; `foreign_schedule` for one of somebody else's
 */
export async function findSchedule(session: Session, job: string): Promise<FoundSchedule> {
  const handle = session.client.schedule.getHandle(job);
  const description = await onSchedule(session, job, () => handle.describe());
  if (description.action.workflowType !== SCHEDULED_MIGRATION) throw foreign(session, job);
  const [input = { job: undefined }] = (description.action.args ?? []) as ScheduledInput[];
  return { handle, description, input };
}

/** A request about a schedule, which may be gone. */
export async function onSchedule<T>(session: Session, job: string, request: () => Promise<T>): Promise<T> {
  try {
    return await call(session, request);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) throw notFound(session, job);
    throw invalid(error) ?? error;
  }
}

/** What Temporal says of a schedule that it does not take: the SDK makes it a TypeError. */
function invalid(error: unknown) {
  if (!(error instanceof TypeError)) return undefined;
  const field = /time ?zone/i.test(error.message) ? 'schedule.timezone' : 'schedule.cron';
  return userFault(
    'invalid_schedule',
    `Temporal does not take ${field}: ${error.message}.`,
    'Correct it in the job file. Cron: minute, hour, day of the month, month, day of the week.',
    error,
  );
}

const foreign = ({ namespace, address }: Session, job: string) =>
  userFault(
    'foreign_schedule',
    `The schedule ${job} in namespace "${namespace}" of the Temporal server at ${address} is not of a job: it starts something else.`,
    'Give the job another name, or remove that schedule in Temporal.',
  );

const notFound = ({ namespace, address }: Session, job: string) =>
  userFault(
    'schedule_not_found',
    `There is no schedule ${job} in namespace "${namespace}" of the Temporal server at ${address}.`,
    'See `rocketlift schedule list` for those there are, or create it with `rocketlift schedule create`.',
  );
