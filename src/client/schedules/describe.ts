import type { IntervalSpec, ScheduleDescription } from '@temporalio/client';
import type { Schedule } from '../../job/schema/schedule.js';
import type { Overlap } from '../../workflows/definitions.js';
import type { Session } from '../session.js';
import { scheduleUiLink } from '../ui-link.js';
import { findSchedule } from './find.js';
import { latestRuns, listing, type ScheduleListing } from './list.js';
import { OVERLAPS } from './options.js';
import type { ScheduledRun } from './runs.js';

/** All that can be told of a schedule. */
export interface ScheduleDetails extends ScheduleListing {
  /** As Temporal holds it; durations in milliseconds. */
  readonly schedule: Schedule;
  readonly taskQueue: string;
  /** The job as its runs get it, with its macros. */
  readonly document: unknown;
  /** Times that were left out, since the schedule was created. */
  readonly leftOut: {
    readonly overlap: number;
    readonly catchUp: number;
    /** By Temporal, which buffers a thousand. */
    readonly buffer: number;
  };
  /** Runs that wait for the one before them, as those of a backfill. */
  readonly buffered: number;
  /** The latest ones, the latest first. */
  readonly runs: readonly ScheduledRun[];
  /** Its page in the Temporal UI, where that is known. */
  readonly ui?: string;
}

const RUNS = 10;

/** @throws Fault `schedule_not_found`, `temporal_unreachable` */
export async function describeSchedule(session: Session, job: string): Promise<ScheduleDetails> {
  const { description, input } = await findSchedule(session, job);
  const { action, info, raw } = description;
  const runs = await latestRuns(session, description, RUNS);
  const ui = scheduleUiLink(session, job);
  return {
    ...listing(description),
    ...(runs[0] && { last: runs[0] }),
    schedule: heldSchedule(description),
    taskQueue: action.taskQueue,
    document: input.job,
    leftOut: {
      overlap: info.numActionsSkippedOverlap,
      catchUp: info.numActionsMissedCatchupWindow,
      buffer: Number(raw.info?.bufferDropped ?? 0),
    },
    buffered: Number(raw.info?.bufferSize ?? 0),
    runs,
    ...(ui !== undefined && { ui }),
  };
}

/** The schedule that Temporal holds, in the job file's terms. Somebody may have changed it in the UI. */
export function heldSchedule({ spec, policies }: ScheduleDescription): Schedule {
  const crons = [
    ...(spec.calendars ?? []).map(({ comment }) => comment || '(changed in Temporal)'),
    ...(spec.intervals ?? []).map(intervalText),
  ];
  const overlap = Object.entries(OVERLAPS).find(([, word]) => word === policies.overlap)?.[0];
  return {
    cron: crons.length === 1 ? crons[0] : crons,
    timezone: spec.timezone || 'UTC',
    overlap: (overlap ?? policies.overlap) as Overlap,
    catchUp: policies.catchupWindow,
    jitter: Number(spec.jitter ?? 0),
    pauseOnFailure: policies.pauseOnFailure,
  };
}

function intervalText({ every, offset }: IntervalSpec): string {
  const phase = Number(offset ?? 0);
  return `@every ${Number(every) / 1000}s${phase === 0 ? '' : `/${phase / 1000}s`}`;
}
