import type { ScheduleDescription } from '@temporalio/client';
import { Fault } from '../../job/fault.js';
import { SCHEDULED_MIGRATION } from '../../workflows/definitions.js';
import { call } from '../rpc.js';
import type { Session } from '../session.js';
import { findSchedule } from './find.js';
import { type ScheduledRun, scheduledRun } from './runs.js';

/** A schedule in a list. */
export interface ScheduleListing {
  readonly job: string;
  readonly state: 'active' | 'paused';
  /** Why it was paused, or resumed. */
  readonly note?: string;
  /** The next times, ISO 8601; of a paused schedule those that it would let pass, as far as the server tells. */
  readonly next: readonly string[];
  /** The latest run. */
  readonly last?: ScheduledRun;
}

const NEXT_TIMES = 3;
const GONE = ['schedule_not_found', 'foreign_schedule'];

/**
 * The schedules of all jobs, by name. A new one may be missing for moments. Of one whose runs are encrypted with a key that is not
 * known here, what they noted is missing.
 * @throws Fault `temporal_unreachable`
 */
export async function listSchedules({ lists, ...rest }: Session): Promise<ScheduleListing[]> {
  const session = { ...rest, lists, client: lists };
  const jobs = await call(session, async () => {
    const found: string[] = [];
    for await (const { scheduleId, action } of session.client.schedule.list()) {
      if (action?.workflowType === SCHEDULED_MIGRATION) found.push(scheduleId);
    }
    return found.sort();
  });
  const listed: ScheduleListing[] = [];
  for (const job of jobs) {
    try {
      const { description } = await findSchedule(session, job);
      const [last] = await latestRuns(session, description, 1);
      listed.push({ ...listing(description), ...(last && { last }) });
    } catch (error) {
      // It has been deleted in between, and maybe made anew by somebody else.
      if (!(error instanceof Fault && GONE.includes(error.code))) throw error;
    }
  }
  return listed;
}

export function listing(
  { scheduleId, state, info }: ScheduleDescription,
  now = Date.now(),
): Omit<ScheduleListing, 'last'> {
  return {
    job: scheduleId,
    state: state.paused ? 'paused' : 'active',
    ...(state.note && { note: state.note }),
    next: info.nextActionTimes
      // The server looks no further ahead while a schedule is paused, and goes on to tell of what has passed.
      .filter((time) => !state.paused || time.getTime() > now)
      .slice(0, NEXT_TIMES)
      .map((time) => time.toISOString()),
  };
}

/** The latest runs, the latest first. */
export async function latestRuns(
  session: Session,
  { info }: ScheduleDescription,
  limit: number,
): Promise<ScheduledRun[]> {
  const latest = info.recentActions.slice(-limit).reverse();
  return await Promise.all(latest.map((started) => scheduledRun(session, started)));
}
