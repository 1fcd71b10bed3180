import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Fault, userFault } from '../job/fault.js';
import { expandJob, type LoadedJob } from '../job/parse.js';
import { MIGRATION, type MigrationInput, type ResumePoint } from '../workflows/definitions.js';
import { findExecution, hasEnded } from './executions.js';
import { call } from './rpc.js';
import type { RunRef } from './run-ref.js';
import { carriesAttributes, startAttributes } from './search-attributes.js';
import type { Session } from './session.js';
import { startDetails, startSummary } from './start-texts.js';

/**
 * Starts a run of a job. Its name is the workflow's id, so that there is one run of a job at a time. Macros stand for the
 * present moment; the job's schedule is not looked at, but for its time zone.
 * @throws Fault `already_running`, `temporal_unreachable`
 */
export async function startRun(session: Session, written: LoadedJob): Promise<RunRef> {
  const loaded = expandJob(written, Date.now());
  return await startMigration(session, loaded, { workflowId: loaded.job.name });
}

export interface StartOptions {
  readonly workflowId: string;
  /** @default that of the session */
  readonly taskQueue?: string;
  /** @see MigrationInput.replay */
  readonly replay?: MigrationInput['replay'];
  /** What the run takes over from one that it goes on with. */
  readonly carried?: ResumePoint['state'];
}

/**
 * Starts the workflow of a job without macros.
 * @throws Fault `already_running`, `temporal_unreachable`
 */
export async function startMigration(
  session: Session,
  loaded: LoadedJob,
  { workflowId, taskQueue = session.taskQueue, replay, carried }: StartOptions,
): Promise<RunRef> {
  const searchAttributes = await carriesAttributes(session);
  const input: MigrationInput = { job: loaded.document, searchAttributes, ...(replay && { replay }) };
  try {
    const handle = await call(session, () =>
      session.client.workflow.start(MIGRATION, {
        workflowId,
        taskQueue,
        args: carried ? [input, carried] : [input],
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: startSummary(loaded),
        staticDetails: startDetails(loaded),
        ...(searchAttributes && { typedSearchAttributes: startAttributes(loaded) }),
      }),
    );
    return { workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw alreadyRunning(workflowId);
  }
}

/**
 * Checks that no run of the job is going on, for those who have work to do before they start one.
 * @throws Fault `already_running`
 */
export async function checkNotRunning(session: Session, job: string): Promise<void> {
  const state = await findExecution(session, { workflowId: job }).then(
    (execution) => execution.state,
    (error: unknown) => {
      // The job has never run, or so long ago that the server has forgotten.
      if (error instanceof Fault && error.code === 'run_not_found') return undefined;
      throw error;
    },
  );
  if (state && !hasEnded(state)) throw alreadyRunning(job);
}

export const alreadyRunning = (job: string) =>
  userFault(
    'already_running',
    `The job ${job} is running already.`,
    `Follow it with \`rocketlift watch ${job}\` (it waits for a worker if none runs: \`rocketlift worker\`), or end it with \`rocketlift cancel ${job}\`.`,
  );
