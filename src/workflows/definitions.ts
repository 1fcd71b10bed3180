/**
 * What a migration workflow is called and what it answers to: all that a client needs to know of it.
 */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ReplaySpec } from '../activities/types.js';
import { HEARTBEATS_SIGNAL, type ToldHeartbeats } from '../job/heartbeat.js';
import type { Progress, Report } from '../job/report.js';
import type { Rate } from '../job/schema/job.js';
import type { Schedule } from '../job/schema/schedule.js';
import { SHARE_QUERY } from '../job/share.js';
import type { LiveSettings } from './live.js';
import type { State } from './state.js';

export type { LiveSettings } from './live.js';

/** Name of the workflow type. */
export const MIGRATION = 'migration';

/** Name of the workflow type that a schedule starts: it runs a migration at its planned time. */
export const SCHEDULED_MIGRATION = 'scheduledMigration';

/** The task queue that clients and workers use unless told otherwise. */
export const TASK_QUEUE = 'rocketlift';

/** Set by Temporal for every run of a schedule: when it was due, without jitter; for one by hand, when that was. */
export const PLANNED = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** How much later than its time and jitter a scheduled run may start and count as in time, in milliseconds. */
export const IN_TIME_MS = 60_000;

export interface MigrationInput {
  /** The job as the user wrote it, its paths made absolute. Validated again by the first activity. */
  readonly job: unknown;
  /** Whether the search attributes are registered on the server; the run goes on without them otherwise. */
  readonly searchAttributes?: boolean;
  /** The dirty records that the run sends again, instead of reading the job's source. */
  readonly replay?: ReplaySpec;
}

/** As in `src/job/schema/schedule.ts`, of which workflow code may not take zod along. */
export type Overlap = Schedule['overlap'];

/** What a schedule starts its runs with. */
export interface ScheduledInput {
  /** The job as the user wrote it, its paths made absolute, with its macros. */
  readonly job: unknown;
  /** As in {@link MigrationInput}. */
  readonly searchAttributes?: boolean;
  /** What becomes of the run where one of the job goes on that was started by hand. @default 'skip' */
  readonly overlap?: Overlap;
  /** How much later than planned the schedule may start it, in milliseconds. @default 0 */
  readonly jitterMs?: number;
  /** Summary and details of a run for the Temporal UI; may hold macros. */
  readonly summary?: string;
  readonly details?: string;
}

/** How a scheduled run ended whose migration left no report. */
export interface ScheduledEnd {
  readonly job: string;
  /** ISO 8601. */
  readonly planned: string;
  /** skipped: it never started. cancelled: its migration was cancelled, and not because the run was; the migration's memo has the report. */
  readonly state: 'skipped' | 'cancelled';
  /** In a sentence. */
  readonly reason: string;
}

/** What stands in a scheduled run's memo. */
export interface ScheduledMemo {
  /** ISO 8601. */
  readonly planned?: string;
  /** The migration, once it has started. */
  readonly run?: { readonly workflowId: string; readonly runId: string };
  /** Why it has not started yet. */
  readonly waiting?: string;
  readonly end?: ScheduledEnd;
}

/** How far the run is, without what the activities that are under way have done (their heartbeats tell). */
export const progressQuery = defineQuery<Progress>('progress');

/** What each partition that is being written may use of the job's rate. */
export const shareQuery = defineQuery<Rate>(SHARE_QUERY);

/** What a run that has ended leaves to one that goes on with it. */
export interface ResumePoint {
  readonly input: MigrationInput;
  readonly state: State;
}

/** Undefined while the run goes on. */
export const resumePointQuery = defineQuery<ResumePoint | null>('resumePoint');

/** Who asks for a change of a running job; the workflow can't know it otherwise. */
export interface Asked {
  readonly by: string;
}

/** A change of settings; what is not named stays, `null` takes a limit away. */
export interface Tuning extends Asked {
  readonly parallelism?: number;
  /** Records, and bytes of message bodies, a second. */
  readonly rate?: { readonly records?: number | null; readonly bytes?: number | null };
  readonly errorLimit?: { readonly records?: number; readonly ratio?: number | null };
}

/** What becomes of a run that is held. */
export interface Decision extends Asked {
  /** continue: without a limit from now on. raise: with a limit of `records`. abort: the run fails. */
  readonly decision: 'continue' | 'raise' | 'abort';
  readonly records?: number;
}

/** Answered when nothing is being sent any more. */
export const pauseUpdate = defineUpdate<void, [Asked]>('pause');
export const resumeUpdate = defineUpdate<void, [Asked]>('resume');
/** Answered with the settings that hold from now on. */
export const tuneUpdate = defineUpdate<LiveSettings, [Tuning]>('tune');
export const decideUpdate = defineUpdate<void, [Decision]>('decide');
/** Tells who is about to cancel the run: a cancellation itself does not. */
export const announceCancelSignal = defineSignal<[Asked]>('announceCancel');

/** Tells the run what its activities heartbeat last: sent by its own activity. */
export const heartbeatsSignal = defineSignal<[ToldHeartbeats]>(HEARTBEATS_SIGNAL);

/** What stands in a run's memo. */
export interface MigrationMemo {
  /** The report, once the run has ended in any way but by being terminated. */
  readonly report?: Report;
  /** The last known state of a run that has not ended: what the report of a terminated run is built from. */
  readonly soFar?: Report;
  /** Of partitions that were being written then, what had been done before they were launched: it is not in `soFar`. */
  readonly underWay?: Progress['underWay'];
  /** @see Progress.writtenBefore */
  readonly writtenBefore?: number;
}
