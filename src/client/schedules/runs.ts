import { type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { RunState } from '../../job/report.js';
import type { ScheduledEnd, ScheduledMemo } from '../../workflows/definitions.js';
import { stateOf } from '../executions.js';
import { call } from '../rpc.js';
import { runText } from '../run-ref.js';
import type { Session } from '../session.js';
import { uiLink } from '../ui-link.js';

/** A run that a schedule has started. */
export interface ScheduledRun {
  /** When it was due. ISO 8601. */
  readonly planned: string;
  /** waiting: for a run that was started by hand. skipped: there was one, and the schedule's overlap is skip. */
  readonly state: RunState | ScheduledEnd['state'] | 'waiting';
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

/** A workflow that a schedule has started, as the schedule knows it. */
export interface StartedWorkflow {
  readonly workflowId: string;
  readonly firstExecutionRunId: string;
}

/** How a run is; undefined where Temporal has forgotten it. */
export async function scheduledRun(
  session: Session,
  started: StartedWorkflow,
): Promise<ScheduledRun | undefined> {
  const { workflowId, firstExecutionRunId } = started;
  const describe = (runId?: string) =>
    call(session, () => session.client.workflow.getHandle(workflowId, runId).describe());
  try {
    const first = await describe(firstExecutionRunId);
    // One that has waited for long goes on under another id.
    return runOf(session, first.status.name === 'CONTINUED_AS_NEW' ? await describe() : first);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function runOf(session: Session, description: WorkflowExecutionDescription): ScheduledRun {
  const { workflowId, runId, startTime, closeTime, status } = description;
  const { planned, run, waiting, end }: ScheduledMemo = description.memo ?? {};
  const ui = uiLink(session, run ?? { workflowId, runId });
  const isWaiting = status.name === 'RUNNING' && waiting !== undefined && !run;
  const reason = end?.reason ?? (isWaiting ? waiting : undefined);
  return {
    planned: planned ?? startTime.toISOString(),
    state: end?.state ?? (isWaiting ? 'waiting' : stateOf(status.name)),
    started: startTime.toISOString(),
    ...(closeTime && { ended: closeTime.toISOString() }),
    ...(run && { run: runText(run) }),
    ...(reason !== undefined && { reason }),
    ...(ui !== undefined && { ui }),
  };
}
