import { readMessage } from '../codec/read.js';
import { Fault, worldFault } from '../job/fault.js';
import type { Execution } from './executions.js';
import { call } from './rpc.js';
import type { Session } from './session.js';

/** One failed attempt may be any worker's bad moment; what fails again is not going to mend itself. */
const FAILING_ATTEMPTS = 3;
/** Temporal keeps the first failure of a row of attempts, and little stands behind it. */
const LATEST_EVENTS = 20;

/**
 * Why a run does not move although workers poll: they take it up and fail, as one does that has not the key to read it. Temporal
 * hands it out again and again, until one can.
 * @returns undefined where that is not so
 */
export async function failingWorker(
  session: Session,
  { run, latestRunId, description }: Execution,
): Promise<Fault | undefined> {
  if ((description.raw.pendingWorkflowTask?.attempt ?? 1) < FAILING_ATTEMPTS) return undefined;
  const { history } = await call(session, () =>
    session.connection.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: session.namespace,
      execution: { workflowId: run.workflowId, runId: latestRunId },
      maximumPageSize: LATEST_EVENTS,
    }),
  );
  const [failed] = (history?.events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
  if (!failed?.failure) return undefined;
  const { loadedDataConverter } = session.client.options;
  // One with another key has encrypted even this with it.
  const why = await readMessage(loadedDataConverter, failed.failure).catch((error: unknown) => {
    if (error instanceof Fault) return error.message;
    throw error;
  });
  return worldFault(
    'worker_fails',
    `Workers on the task queue "${description.taskQueue}" take the run up and fail: ${why}`,
    'Mend the worker, or start another: the run goes on by itself as soon as one can read it.',
  );
}
