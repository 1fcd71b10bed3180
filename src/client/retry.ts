import { userFault, worldFault } from '../job/fault.js';
import { MAX_CHANGES } from '../job/report.js';
import { type ResumePoint, resumePointQuery } from '../workflows/definitions.js';
import { askedBy, type ControlOptions } from './control.js';
import { type Execution, findExecution, hasEnded } from './executions.js';
import { call, GRPC, grpcCode, isTimeout } from './rpc.js';
import { loadedJobOf } from './run-input.js';
import { type RunRef, type RunSelector, runText } from './run-ref.js';
import type { Session } from './session.js';
import { alreadyRunning, startMigration } from './start.js';
import { noWorker } from './task-queue.js';

export interface RetryOptions extends ControlOptions {
  /** Dirty records that are allowed now, those of the first run included. @default as the job says */
  readonly errorLimit?: number;
}

/**
 * Goes on with a run that failed or was cancelled, from the watermarks that it had, as a new run of the job: its report counts
 * what both did. A worker must be there: it reads from the ended run's history how far that came.
 * @throws Fault `run_not_found`, `already_running`, `nothing_to_retry`, `not_retryable`, `no_worker`
 */
export async function retryRun(
  session: Session,
  selector: RunSelector,
  options: RetryOptions = {},
): Promise<RunRef> {
  const execution = await findExecution(session, selector);
  const { run, state, description } = execution;
  if (!hasEnded(state)) throw alreadyRunning(run.workflowId);
  const latest = await findExecution(session, { workflowId: run.workflowId });
  if (latest.run.runId !== run.runId) {
    // What came after may have written the same records, and kept the same dirty ones.
    throw userFault(
      'not_retryable',
      `The run ${runText(run)} is not the latest of its job: ${runText(latest.run)} came after it.`,
      'Retry that one, or start the job anew.',
    );
  }
  if (state === 'completed') {
    throw userFault('nothing_to_retry', `The run ${runText(run)} has completed.`, 'Start the job anew.');
  }
  if (state === 'terminated') {
    throw userFault(
      'not_retryable',
      `The run ${runText(run)} was terminated, so that nobody can tell for sure how far it came.`,
      'Start the job anew. (A run that is cancelled drains first, and can be gone on with.)',
    );
  }
  const { input, state: left } = await resumePoint(session, execution, options);
  return await startMigration(session, loadedJobOf(input), {
    workflowId: run.workflowId,
    taskQueue: description.taskQueue,
    ...(input.replay && { replay: input.replay }),
    carried: carriedOn(left, run, options),
  });
}

/** How far the run came, by a worker that replays its history. */
async function resumePoint(
  session: Session,
  { run, latestRunId, description }: Execution,
  { patienceMs = 30_000 }: RetryOptions,
): Promise<ResumePoint> {
  const handle = session.client.workflow.getHandle(run.workflowId, latestRunId);
  try {
    const point = await session.connection.withDeadline(Date.now() + patienceMs, () =>
      handle.query(resumePointQuery),
    );
    if (point) return point;
  } catch (error) {
    const nobody = isTimeout(error) || grpcCode(error) === GRPC.FAILED_PRECONDITION;
    if (nobody) throw noWorker(description.taskQueue);
    await call(session, () => Promise.reject(error));
  }
  throw worldFault(
    'not_retryable',
    `The history of the run ${runText(run)} does not tell how far it came.`,
    'Start the job anew.',
  );
}

function carriedOn(left: ResumePoint['state'], run: RunRef, options: RetryOptions): ResumePoint['state'] {
  const { validated, ended: _, lastError: __, ...rest } = left;
  const { errorLimit: records } = options;
  const limit = records === undefined ? undefined : { records, minRecords: 0 };
  const change = { at: new Date().toISOString(), by: askedBy(options), what: `retry of ${runText(run)}` };
  return {
    ...rest,
    ...(validated?.dirtyStore !== undefined && { dirtyStore: validated.dirtyStore }),
    phase: 'validating',
    running: [],
    live: {
      tuned: { ...left.live.tuned, ...(limit && { limit }) },
      changes: [...left.live.changes, change].slice(-MAX_CHANGES),
    },
    retryOf: runText(run),
    writtenBefore: [left.tally, ...left.waiting.flatMap(({ from }) => from ?? [])].reduce(
      (sum, { records: { written } }) => sum + written,
      0,
    ),
  };
}
