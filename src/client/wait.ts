import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowContinuedAsNewError, WorkflowFailedError } from '@temporalio/client';
import { Fault } from '../job/fault.js';
import { type Report, tallyOf } from '../job/report.js';
import { endReport } from './end-report.js';
import { type Execution, findExecution, hasEnded } from './executions.js';
import { failingWorker } from './failing-worker.js';
import { progressOf, type RunProgress } from './progress.js';
import { isTimeout, temporalFault } from './rpc.js';
import type { RunSelector } from './run-ref.js';
import type { Session } from './session.js';
import { hasWorker, noWorker } from './task-queue.js';

export interface WaitOptions {
  /** Called about once an interval while the run goes on. Counts never go back. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Milliseconds between two looks. The end is noticed at once all the same. @default 1000 */
  readonly intervalMs?: number;
  /** Stops waiting; the run goes on. The promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds without an answer from Temporal or from any worker after which waiting ends. @default 60000 */
  readonly patienceMs?: number;
}

/**
 * Waits until a run has ended, in whichever way, and gives its report.
 * @throws Fault `run_not_found`; `temporal_unreachable`, `no_worker` and `worker_fails` once patience is at its end
 */
export async function waitForEnd(
  session: Session,
  selector: RunSelector,
  options: WaitOptions = {},
): Promise<Report> {
  const { onProgress, intervalMs = 1_000, signal, patienceMs = 60_000 } = options;
  // From here on this very run, not one of the same job that may start later.
  const { run } = await findExecution(session, selector);
  const outage = patience(patienceMs);
  const silence = patience(patienceMs);
  let last: RunProgress | undefined;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const execution = await findExecution(session, run);
      if (hasEnded(execution.state)) return await endReport(session, execution);
      last = steady(last, await progressOf(session, execution));
      onProgress?.(last);
      const { taskQueue } = execution.description;
      const failing = last.answered ? undefined : await failingWorker(session, execution);
      if (last.answered || (!failing && (await hasWorker(session, taskQueue)))) silence.reset();
      else if (silence.isOver()) throw failing ?? noWorker(taskQueue);
      await ended(session, execution, intervalMs, signal);
      outage.reset();
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'temporal_unreachable' || outage.isOver()) throw error;
      await sleep(intervalMs, undefined, { signal });
    }
  }
}

/** Waits until an execution has ended, at most `ms`. */
async function ended(
  { client, connection, address }: Session,
  { run, latestRunId }: Execution,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const handle = client.workflow.getHandle(run.workflowId, latestRunId, { followRuns: false });
  // A signal of its own, because the SDK adds a listener for every request and never takes one away. It ends the
  // waiting as well: to a deadline that is near the server answers at once, and the SDK would ask again and again.
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, ms);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await connection.withAbortSignal(stop.signal, () => handle.result());
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WorkflowFailedError || error instanceof WorkflowContinuedAsNewError) return;
    if (isTimeout(error)) return;
    throw temporalFault(error, address) ?? error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** The new progress, with the counts of the last one where they were higher. */
function steady(last: RunProgress | undefined, now: RunProgress): RunProgress {
  if (!last || last.records.read <= now.records.read) return now;
  return { ...now, ...tallyOf(last) };
}

/** Tells whether something has been wrong for longer than `ms` without a break. */
function patience(ms: number) {
  let since: number | undefined;
  return {
    reset: () => {
      since = undefined;
    },
    isOver: () => {
      since ??= Date.now();
      return Date.now() - since >= ms;
    },
  };
}
