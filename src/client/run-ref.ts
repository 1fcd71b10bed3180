import { userFault } from '../job/fault.js';

/** One run. */
export interface RunRef {
  /** The job's name. */
  readonly workflowId: string;
  /** The first of a chain of continued runs: it stays the same as long as the run goes on. */
  readonly runId: string;
}

/** A run as a user names it; without `runId` the job's latest one. */
export interface RunSelector {
  readonly workflowId: string;
  readonly runId?: string;
}

const RUN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Reads RUN: a job's name, or `workflowId/runId`.
 * @throws Fault `invalid_run`
 */
export function parseRun(text: string): RunSelector {
  const slash = text.indexOf('/');
  const workflowId = slash === -1 ? text : text.slice(0, slash);
  const runId = slash === -1 ? undefined : text.slice(slash + 1);
  if (workflowId === '' || (runId !== undefined && !RUN_ID.test(runId))) {
    throw userFault(
      'invalid_run',
      `"${text}" names no run.`,
      'Give the name of a job (its latest run), or workflowId/runId as `rocketlift list` shows it.',
    );
  }
  return runId === undefined ? { workflowId } : { workflowId, runId: runId.toLowerCase() };
}

/** The text that {@link parseRun} reads. */
export function runText({ workflowId, runId }: RunSelector): string {
  return runId === undefined ? workflowId : `${workflowId}/${runId}`;
}
