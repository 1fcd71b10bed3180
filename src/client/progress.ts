import { QueryNotRegisteredError } from '@temporalio/client';
import { addTally, NOTHING, type Phase, type Progress, type RunState, tallyOf } from '../job/report.js';
import { progressQuery } from '../workflows/definitions.js';
import { type PendingActivity, pendingActivities } from './activities.js';
import { describeExecution, type Execution, findExecution } from './executions.js';
import { heartbeatsOf } from './heartbeats.js';
import { call, GRPC, grpcCode, isTimeout } from './rpc.js';
import type { RunSelector } from './run-ref.js';
import type { Session } from './session.js';

/** How far a run is, what its activities are doing right now included. */
export interface RunProgress extends Omit<Progress, 'phase'> {
  readonly state: RunState;
  /** `unknown` where no worker answered and the server does not know either. */
  readonly phase: Phase | 'unknown';
  /** Whether a worker answered. If none did, the numbers are those the run last noted, and the heartbeats. */
  readonly answered: boolean;
  readonly activities: readonly PendingActivity[];
}

/** How long a worker may take to answer the query. */
const QUERY_TIMEOUT_MS = 5_000;

/**
 * How far a run is. The workflow tells of finished partitions, the heartbeats of those being written.
 *
 * The workflow is asked first: what is pending after its answer was not finished before it, so no partition counts
 * twice. One that finishes in between is in neither, and its records are missing from this answer: the numbers are
 * never too high, but may be a partition short for a moment.
 *
 * @throws Fault `run_not_found`, `temporal_unreachable`
 */
export async function runProgress(session: Session, selector: RunSelector): Promise<RunProgress> {
  return await progressOf(session, await findExecution(session, selector));
}

/** The same for an execution that has been found. */
export async function progressOf(session: Session, execution: Execution): Promise<RunProgress> {
  const answer = await ask(session, execution);
  const now = await describeExecution(session, execution.run.workflowId, execution.latestRunId);
  const activities = await pendingActivities(session, now.description);
  const finished = answer ?? lastNoted(now);
  const heartbeats = heartbeatsOf(activities);
  // One that was launched again and has not heartbeat yet has done what it had before.
  const beats = new Set(heartbeats.map(({ partition }) => partition));
  const before = finished.underWay.filter(({ partition }) => !beats.has(partition));
  const tally = [...heartbeats.map(({ watermark }) => watermark), ...before.map((each) => each.before)]
    .map(tallyOf)
    .reduce(addTally, finished);
  const done = heartbeats.reduce((sum, { sourceBytes }) => sum + sourceBytes, finished.sourceBytes.done);
  const sourceBytes = { ...finished.sourceBytes, done };
  const { state } = now;
  return { ...finished, ...tally, sourceBytes, state, answered: answer !== undefined, activities };
}

/** The workflow's answer; undefined if no worker gives one in time. */
async function ask(session: Session, { run, latestRunId }: Execution): Promise<Progress | undefined> {
  const handle = session.client.workflow.getHandle(run.workflowId, latestRunId);
  try {
    return await session.connection.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
      handle.query(progressQuery),
    );
  } catch (error) {
    // Nobody polls the task queue, or whoever does is too busy, or earlier questions are still waiting for an answer.
    // A server that is down shows in the next request.
    const code = grpcCode(error);
    const nobody = isTimeout(error) || code === GRPC.FAILED_PRECONDITION || code === GRPC.RESOURCE_EXHAUSTED;
    // A run whose first task no worker has done yet has no handlers.
    if (nobody || error instanceof QueryNotRegisteredError) return undefined;
    return await call(session, () => Promise.reject(error));
  }
}

/** What can be told without a worker, from the memo: no bytes of the source, and no partitions but finished ones. */
function lastNoted({ memo, description }: Execution): Omit<RunProgress, 'state' | 'answered' | 'activities'> {
  const noted = memo.report ?? memo.soFar;
  const phase = description.searchAttributes.RocketliftPhase?.[0] as Phase | undefined;
  return {
    ...tallyOf(noted ?? NOTHING),
    phase: phase ?? 'unknown',
    partitions: { done: noted?.partitions ?? 0, running: 0, known: noted?.partitions ?? 0, listed: false },
    underWay: memo.report ? [] : (memo.underWay ?? []),
    writtenBefore: memo.writtenBefore ?? 0,
    sourceBytes: { done: 0, total: 0 },
  };
}
