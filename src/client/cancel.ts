import { WorkflowNotFoundError } from '@temporalio/client';
import { userFault } from '../job/fault.js';
import { findExecution, hasEnded } from './executions.js';
import { call } from './rpc.js';
import { type RunRef, type RunSelector, runText } from './run-ref.js';
import type { Session } from './session.js';

/**
 * Asks a run to end: what is in flight is drained, and the report written. Needs no worker, but only a worker does it.
 * @returns the run that was asked
 * @throws Fault `run_not_found`, `not_running`, `temporal_unreachable`
 */
export async function cancelRun(session: Session, selector: RunSelector): Promise<RunRef> {
  const { run, state } = await findExecution(session, selector);
  if (hasEnded(state)) throw notRunning(run);
  // Without the id of an execution but with that of the first: whichever the chain is at, and no other chain.
  const handle = session.client.workflow.getHandle(run.workflowId, undefined, {
    firstExecutionRunId: run.runId,
  });
  try {
    await call(session, () => handle.cancel());
    return run;
  } catch (error) {
    // It has ended in between.
    if (error instanceof WorkflowNotFoundError) throw notRunning(run);
    throw error;
  }
}

const notRunning = (run: RunRef) =>
  userFault(
    'not_running',
    `The run ${runText(run)} has ended already.`,
    `See how: rocketlift report ${runText(run)}`,
  );
