import {
  type ScheduleExecutionResult,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { RunState } from '../../job/report.js';
import { PLANNED, type ScheduledEnd, type ScheduledMemo } from '../../workflows/definitions.js';
import { stateOf, successor } from '../executions.js';
import { call } from '../rpc.js';
import { runText } from '../run-ref.js';
import type { Session } from '../session.js';
import { uiLink } from '../ui-link.js';

/** A run that a schedule has started. */
export interface ScheduledRun {
  /** When it was due. ISO 8601. Of one that is no longer known, with its jitter. */
  readonly planned: string;
  /**
   * waiting: for a run that was started by hand. skipped: there was one, and the schedule's overlap is skip. unknown: Temporal
   * keeps runs that have ended for some time only.
   */
  readonly state: RunState | ScheduledEnd['state'] | 'waiting' | 'unknown';
  /** ISO 8601. */
  readonly started: string;
  /** ISO 8601. */
  readonly ended?: string;
  /** `workflowId/runId` of the migration, once there is one: what `report` and `describe` take. */
  readonly run?: string;
  /** Why it waits, or has no report. */
  readonly reason?: string;
  /** The page in the Temporal UI of the migration, or of the scheduled run where there is none. */
  readonly ui?: string;
}

/** How a run is that a schedule has started. */
export async function scheduledRun(
  session: Session,
  { action, scheduledAt, takenAt }: ScheduleExecutionResult,
): Promise<ScheduledRun> {
  const { workflowId, firstExecutionRunId } = action.workflow;
  try {
    return runOf(session, await describeLatest(session, workflowId, firstExecutionRunId));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return { planned: scheduledAt.toISOString(), state: 'unknown', started: takenAt.toISOString() };
  }
}

/** The latest execution of a chain: one that has waited for long goes on under another run id. */
async function describeLatest(session: Session, workflowId: string, firstRunId: string) {
  const describe = (runId?: string) =>
    call(session, () => session.client.workflow.getHandle(workflowId, runId).describe());
  const latest = await describe();
  if (latest.raw.workflowExecutionInfo?.firstRunId === firstRunId) return latest;
  // A time that is run again, as by a backfill, has the same workflow id.
  let execution = await describe(firstRunId);
  while (execution.status.name === 'CONTINUED_AS_NEW') {
    execution = await describe(await successor(session, workflowId, execution.runId));
  }
  return execution;
}

type Readable<T> = { readonly [K in keyof T]?: T[K] | null };

function runOf(session: Session, description: WorkflowExecutionDescription): ScheduledRun {
  const { workflowId, runId, startTime, closeTime, status, typedSearchAttributes } = description;
  // In a list, what can't be read here is null.
  const { planned, run, waiting, end }: Readable<ScheduledMemo> = description.memo ?? {};
  const ui = uiLink(session, run ?? { workflowId, runId });
  const isWaiting = status.name === 'RUNNING' && typeof waiting === 'string' && !run;
  const reason = end?.reason ?? (isWaiting ? waiting : undefined);
  return {
    // Its memo has none before a worker has taken it on.
    planned: planned ?? (typedSearchAttributes.get(PLANNED) ?? startTime).toISOString(),
    state: end?.state ?? (isWaiting ? 'waiting' : stateOf(status.name, {})),
    started: startTime.toISOString(),
    ...(closeTime && { ended: closeTime.toISOString() }),
    ...(run && { run: runText(run) }),
    ...(reason !== undefined && { reason }),
    ...(ui !== undefined && { ui }),
  };
}
