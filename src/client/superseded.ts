import { Fault, userFault } from '../job/fault.js';
import { type Execution, findExecution } from './executions.js';
import { runsOf } from './list.js';
import { call } from './rpc.js';
import { runStart } from './run-input.js';
import { type RunRef, runText } from './run-ref.js';
import type { Session } from './session.js';

/**
 * Makes sure that what stands in a run's store was kept by that run, and those that it went on with: a retry counts what the run before
 * it did, and keeps what it finds beside what that kept, so that only its own counts fit the store.
 * @throws Fault `superseded`
 */
export async function requireOwnStore(
  session: Session,
  { run, description }: Execution,
  dirtyStore: string,
): Promise<void> {
  const latest = await findExecution(session, { workflowId: run.workflowId });
  if (latest.run.runId === run.runId) return;
  const wentOn =
    (await storeOf(session, latest)) === dirtyStore
      ? latest.run
      : await wentOnEarlier(session, run, description.startTime, dirtyStore);
  if (!wentOn) return;
  throw userFault(
    'superseded',
    `The run ${runText(run)} was gone on with by ${runText(wentOn)}, which keeps its dirty records together with those of both.`,
    `Replay that one: rocketlift dirty replay ${runText(wentOn)}`,
  );
}

/** By what it noted; one that no worker has taken yet has noted nothing, but took it over. */
async function storeOf(session: Session, { run, memo }: Execution): Promise<string | undefined> {
  const noted = memo.report ?? memo.soFar;
  if (noted) return noted.dirtyStore;
  try {
    return (await runStart(session, run)).carried?.dirtyStore;
  } catch (error) {
    // It was started without a job, and goes on with nothing.
    if (error instanceof Fault && error.code === 'no_input') return undefined;
    throw error;
  }
}

/** The latest of the runs before the latest one that went on with this, by the server's list. */
async function wentOnEarlier(
  session: Session,
  { workflowId, runId }: RunRef,
  since: Date,
  dirtyStore: string,
): Promise<RunRef | undefined> {
  return await call(session, async () => {
    for await (const { run, memo } of runsOf(session, workflowId, since)) {
      if (run.runId !== runId && (memo.report ?? memo.soFar)?.dirtyStore === dirtyStore) return run;
    }
    return undefined;
  });
}
