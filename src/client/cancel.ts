import { WorkflowNotFoundError } from '@temporalio/client';
import { announceCancelSignal } from '../workflows/definitions.js';
import { askedBy, type ControlOptions, notRunning } from './control.js';
import { findExecution, hasEnded } from './executions.js';
import { call } from './rpc.js';
import type { RunRef, RunSelector } from './run-ref.js';
import type { Session } from './session.js';

export interface CancelOptions extends Pick<ControlOptions, 'by'> {
  /** Ends the run at once, without draining: what is in flight may arrive or not. @default false */
  readonly now?: boolean;
}

/**
 * Asks a run to end: what is in flight is drained, and the report written. Needs no worker, but only a worker does it. With
 * `now` the server ends it by itself, and the report is built from what it noted last.
 * @returns the run that was asked
 * @throws Fault `run_not_found`, `not_running`, `temporal_unreachable`
 */
export async function cancelRun(
  session: Session,
  selector: RunSelector,
  { by, now = false }: CancelOptions = {},
): Promise<RunRef> {
  const { run, state } = await findExecution(session, selector);
  if (hasEnded(state)) throw notRunning(run);
  // Without the id of an execution but with that of the first: whichever the chain is at, and no other chain.
  const handle = session.client.workflow.getHandle(run.workflowId, undefined, {
    firstExecutionRunId: run.runId,
  });
  const name = askedBy(by === undefined ? {} : { by });
  try {
    await call(session, async () => {
      if (now) return await handle.terminate(`by ${name}`);
      // A cancellation does not say who asked for it.
      await handle.signal(announceCancelSignal, { by: name });
      return await handle.cancel();
    });
    return run;
  } catch (error) {
    // It has ended in between.
    if (error instanceof WorkflowNotFoundError) throw notRunning(run);
    throw error;
  }
}
