import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleDescription } from '@temporalio/client';
import { worldFault } from '../../job/fault.js';
import type { Session } from '../session.js';
import { alreadyRunning, checkNotRunning } from '../start.js';
import { hasWorker } from '../task-queue.js';
import { findSchedule, onSchedule } from './find.js';
import { type ScheduledRun, scheduledRun } from './runs.js';

/** What has come of a trigger. */
export interface Triggered extends ScheduledRun {
  readonly taskQueue: string;
  /** Whether a worker has taken the run on. Else it does nothing until one does. */
  readonly answered: boolean;
}

/** Milliseconds between two looks: it doubles from the first to the last. */
const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 1000;
/** How long Temporal may take to start the run, and a worker that polls to take it on, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Starts a run now, also of a paused schedule. Its planned time is now.
 * @returns the run, once a worker has taken it on, or none does
 * @throws Fault `already_running` while a run of the job goes on, `not_triggered`
 */
export async function triggerSchedule(session: Session, job: string): Promise<Triggered> {
  const { handle, description } = await findSchedule(session, job);
  await checkNotRunning(session, job);
  const runs = await Promise.all(recent(description).map((started) => scheduledRun(session, started)));
  // The schedule's own one may not have come to start the job's run.
  if (runs.some(({ state }) => GOES_ON.includes(state))) throw alreadyRunning(job);
  const known = new Set(recent(description).map(runIdOf));
  // Whatever becomes due in this moment, the run is not left out.
  await onSchedule(session, job, () => handle.trigger('BUFFER_ALL'));
  const { taskQueue } = description.action;
  const end = Date.now() + PATIENCE_MS;
  for (let look = FIRST_LOOK_MS; ; look = Math.min(2 * look, LAST_LOOK_MS)) {
    const { description: now } = await findSchedule(session, job);
    const started = recent(now).find((action) => !known.has(runIdOf(action)));
    const run = started && (await scheduledRun(session, started));
    if (run && isTakenOn(run)) return { ...run, taskQueue, answered: true };
    const isOver = Date.now() >= end;
    if (run && (isOver || !(await hasWorker(session, taskQueue)))) {
      return { ...run, taskQueue, answered: false };
    }
    if (isOver) throw notTriggered(job);
    await sleep(look);
  }
}

type Started = ScheduleDescription['info']['recentActions'][number];

const GOES_ON: readonly ScheduledRun['state'][] = ['running', 'waiting', 'paused'];

const recent = ({ info }: ScheduleDescription): readonly Started[] => info.recentActions;

const runIdOf = ({ action }: Started): string => action.workflow.firstExecutionRunId;

const isTakenOn = ({ run, reason, ended }: ScheduledRun): boolean =>
  run !== undefined || reason !== undefined || ended !== undefined;

const notTriggered = (job: string) =>
  worldFault(
    'not_triggered',
    `Temporal has not started the run of ${job} so far.`,
    `See whether it has meanwhile: rocketlift schedule describe ${job}`,
  );
