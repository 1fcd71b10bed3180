/**
 * What a migration workflow is called and what it answers to: all that a client needs to know of it.
 */
import { defineQuery } from '@temporalio/workflow';
import type { Progress, Report } from '../job/report.js';

/** Name of the workflow type. */
export const MIGRATION = 'migration';

/** The task queue that clients and workers use unless told otherwise. */
export const TASK_QUEUE = 'rocketlift';

export interface MigrationInput {
  /** The job as the user wrote it, its paths made absolute. Validated again by the first activity. */
  readonly job: unknown;
  /** Whether the search attributes are registered on the server; the run goes on without them otherwise. */
  readonly searchAttributes?: boolean;
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
