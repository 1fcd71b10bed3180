import {
  WorkflowContinuedAsNewError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { userFault } from '../job/fault.js';
import type { RunState } from '../job/report.js';
import { MIGRATION, type MigrationMemo } from '../workflows/definitions.js';
import { call } from './rpc.js';
import { type RunRef, type RunSelector, runText } from './run-ref.js';
import type { Session } from './session.js';

/** A run and the latest execution of its chain, which is where its state stands. */
export interface Execution {
  readonly run: RunRef;
  readonly latestRunId: string;
  readonly state: RunState;
  readonly memo: MigrationMemo;
  readonly description: WorkflowExecutionDescription;
}

/**
 * Finds a run on the server. A handle with only the first run's id would not do: describe and query would then go to
 * the workflow's latest execution, whichever chain that belongs to.
 * @throws Fault `run_not_found`
 */
export async function findExecution(session: Session, selector: RunSelector): Promise<Execution> {
  const { workflowId, runId } = selector;
  try {
    const latest = await describeExecution(session, workflowId);
    if (runId === undefined || latest.run.runId === runId) return latest;
    let execution = await describeExecution(session, workflowId, runId);
    if (execution.run.runId === latest.run.runId) return latest;
    while (execution.description.status.name === 'CONTINUED_AS_NEW') {
      const next = await successor(session, workflowId, execution.latestRunId);
      execution = await describeExecution(session, workflowId, next);
    }
    return execution;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw runNotFound(selector, session);
    throw error;
  }
}

/** One execution as the server describes it now. */
export async function describeExecution(
  session: Session,
  workflowId: string,
  runId?: string,
): Promise<Execution> {
  const handle = session.client.workflow.getHandle(workflowId, runId);
  const description = await call(session, () => handle.describe());
  const info = description.raw.workflowExecutionInfo;
  if (description.type !== MIGRATION) throw runNotFound({ workflowId, runId }, session);
  const memo = (description.memo ?? {}) as MigrationMemo;
  return {
    run: { workflowId, runId: info?.firstRunId || description.runId },
    latestRunId: description.runId,
    state: stateOf(description.status.name, memo),
    memo,
    description,
  };
}

/** The run id of the execution as which one was continued that ended so. */
export async function successor(session: Session, workflowId: string, runId: string): Promise<string> {
  const handle = session.client.workflow.getHandle(workflowId, runId, { followRuns: false });
  try {
    await call(session, () => handle.result());
  } catch (error) {
    if (error instanceof WorkflowContinuedAsNewError) return error.newExecutionRunId;
    throw error;
  }
  throw new Error(`Execution ${runId} of ${workflowId} was continued as new, and then it was not`);
}

/** The state of a run whose latest execution has this status and memo. */
export function stateOf(
  status: WorkflowExecutionDescription['status']['name'],
  { soFar }: MigrationMemo,
): RunState {
  switch (status) {
    case 'COMPLETED':
      return 'completed';
    case 'FAILED':
      return 'failed';
    case 'CANCELLED':
      return 'cancelled';
    // A run that Temporal ended by a time-out had, like a terminated one, no chance to say anything.
    case 'TERMINATED':
    case 'TIMED_OUT':
      return 'terminated';
    case 'PAUSED':
      return 'paused';
    default:
      return soFar?.state ?? 'running';
  }
}

export const hasEnded = (state: RunState): boolean => !['running', 'paused', 'held'].includes(state);

const runNotFound = (selector: RunSelector, { namespace, address }: Session) =>
  userFault(
    'run_not_found',
    `There is no run ${runText(selector)} in namespace "${namespace}" of the Temporal server at ${address}.`,
    'See `rocketlift list` for the runs there are.',
  );
