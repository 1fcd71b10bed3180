/**
 * What a migration workflow is called and what it answers to: all that a client needs to know of it.
 */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery } from '@temporalio/workflow';
import type { Progress, Report } from '../job/report.js';
import type { Schedule } from '../job/schema/schedule.js';

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

/** What stands in a run's memo. */
export interface MigrationMemo {
  /** The report, once the run has ended in any way but by being terminated. */
  readonly report?: Report;
  /** The last known state of a run that has not ended: what the report of a terminated run is built from. */
  readonly soFar?: Report;
}
