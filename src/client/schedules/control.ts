import { ScheduleAlreadyRunning } from '@temporalio/client';
import { userFault } from '../../job/fault.js';
import type { LoadedJob } from '../../job/parse.js';
import type { Session } from '../session.js';
import { findSchedule, onSchedule } from './find.js';
import { scheduleOptions } from './options.js';

/**
 * Tells Temporal of a job's schedule. Its id is the job's name.
 * @throws Fault `no_schedule`, `schedule_exists`, `foreign_schedule`, `invalid_schedule`, `temporal_unreachable`
 */
export async function createSchedule(session: Session, loaded: LoadedJob): Promise<void> {
  const scheduleId = loaded.job.name;
  const options = await scheduleOptions(session, loaded, session.taskQueue);
  try {
    await onSchedule(session, scheduleId, () => session.client.schedule.create({ scheduleId, ...options }));
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await findSchedule(session, scheduleId);
    throw userFault(
      'schedule_exists',
      `There is a schedule ${scheduleId} already.`,
      'Change it with `rocketlift schedule update`, or remove it with `rocketlift schedule delete`.',
    );
  }
}

/**
 * Starts no more runs until it is resumed; one that goes on is left alone.
 * @param note why. @default that of a schedule which is paused already, as after a run that failed; else that it was done by hand
 */
export async function pauseSchedule(session: Session, job: string, note?: string): Promise<void> {
  const { handle, description } = await findSchedule(session, job);
  if (description.state.paused && note === undefined) return;
  await onSchedule(session, job, () => handle.pause(note ?? 'Paused by hand'));
}

/** @param note why. @default that of a schedule which is active already; else that it was done by hand */
export async function resumeSchedule(session: Session, job: string, note?: string): Promise<void> {
  const { handle, description } = await findSchedule(session, job);
  if (!description.state.paused && note === undefined) return;
  await onSchedule(session, job, () => handle.unpause(note ?? 'Resumed by hand'));
}

/** Runs that go on are left alone. */
export async function deleteSchedule(session: Session, job: string): Promise<void> {
  const { handle } = await findSchedule(session, job);
  await onSchedule(session, job, () => handle.delete());
}
