import { hostname, userInfo } from 'node:os';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { Fault, type FaultInfo } from '../job/fault.js';
import {
  type Asked,
  type Decision,
  decideUpdate,
  pauseUpdate,
  resumeUpdate,
  type Tuning,
  tuneUpdate,
} from '../workflows/definitions.js';
import { type Execution, findExecution, hasEnded } from './executions.js';
import { isTimeout, temporalFault } from './rpc.js';
import { type RunRef, type RunSelector, runText } from './run-ref.js';
import type { Session } from './session.js';
import { noWorker } from './task-queue.js';

export interface ControlOptions {
  /** Who asks, for the report. @default the user's name on this machine, as `user@host` */
  readonly by?: string;
  /** Milliseconds to wait for a worker to do it. @default 30000 */
  readonly patienceMs?: number;
}

type Update<T, A extends Asked> = UpdateDefinition<T, [A]>;
type Change<A extends Asked> = Omit<A, 'by'>;

/** Drains what is being written. @returns when nothing is sent any more */
export const pauseRun = (session: Session, run: RunSelector, options?: ControlOptions): Promise<void> =>
  change(session, run, pauseUpdate, {}, options);

export const resumeRun = (session: Session, run: RunSelector, options?: ControlOptions): Promise<void> =>
  change(session, run, resumeUpdate, {}, options);

/** @returns the settings that hold from now on */
export const tuneRun = (
  session: Session,
  run: RunSelector,
  tuning: Change<Tuning>,
  options?: ControlOptions,
) => change(session, run, tuneUpdate, tuning, options);

/** Decides what becomes of a run that is held. */
export const decideRun = (
  session: Session,
  run: RunSelector,
  decision: Change<Decision>,
  options?: ControlOptions,
): Promise<void> => change(session, run, decideUpdate, decision, options);

/** Who asks, unless said otherwise. */
export function askedBy({ by }: ControlOptions = {}): string {
  return by ?? `${userName()}@${hostname()}`;
}

/** A user id need not have a name, as in containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `uid ${process.getuid?.() ?? 'unknown'}`;
    throw error;
  }
}

/**
 * Asks a run for a change, and waits until it has been made.
 * @throws Fault `run_not_found`, `not_running`, `no_worker`, or why the run refuses it
 */
async function change<T, A extends Asked>(
  session: Session,
  selector: RunSelector,
  update: Update<T, A>,
  what: Change<A>,
  options: ControlOptions = {},
): Promise<T> {
  const execution = await findExecution(session, selector);
  if (hasEnded(execution.state)) throw notRunning(execution.run);
  const { client, connection, address } = session;
  const { patienceMs = 30_000 } = options;
  const handle = client.workflow.getHandle(execution.run.workflowId, undefined, {
    firstExecutionRunId: execution.run.runId,
  });
  try {
    const args = [{ ...what, by: askedBy(options) } as A] as [A];
    return await connection.withDeadline(Date.now() + patienceMs, () =>
      handle.executeUpdate<T, [A]>(update, { args }),
    );
  } catch (error) {
    throw faultOf(error, execution) ?? temporalFault(error, address) ?? error;
  }
}

function faultOf(error: unknown, { run, description }: Execution): Fault | undefined {
  if (error instanceof WorkflowNotFoundError) return notRunning(run);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isTimeout(error)) {
    return noWorker(description.taskQueue);
  }
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  const info =
    cause instanceof ApplicationFailure ? (cause.details?.[0] as FaultInfo | undefined) : undefined;
  return info?.fault ? new Fault({ ...info, message: `${runText(run)}: ${info.message}` }) : undefined;
}

export const notRunning = (run: RunRef): Fault =>
  new Fault({
    code: 'not_running',
    fault: 'user',
    message: `The run ${runText(run)} has ended already.`,
    mend: `See how: rocketlift report ${runText(run)}`,
  });
