import { userFault } from '../job/fault.js';
import { expandJob, type LoadedJob } from '../job/parse.js';
import { dirtyTopicOf } from './dirty-topic.js';
import { endReport } from './end-report.js';
import { findExecution, hasEnded } from './executions.js';
import { loadedJobOf, runInput } from './run-input.js';
import { type RunRef, type RunSelector, runText } from './run-ref.js';
import type { Session } from './session.js';
import { alreadyRunning, startMigration } from './start.js';
import { requireOwnStore } from './superseded.js';

export interface ReplayOptions {
  /** The job with what was mended in it, such as its columns. @default the job of the run */
  readonly job?: LoadedJob;
  /** Absolute path of a file of mended records, as `rocketlift dirty export` writes them. @default those that are kept */
  readonly records?: string;
}

/** The workflow id of the replays of a job: they may run beside it, but one at a time. */
const replayId = (job: string): string => `${job}.replay`;

/**
 * Sends the dirty records that a run has kept, after they or the job were mended: a run of its own, whose messages carry the
 * same record ids. What is still dirty is kept again, as this run's.
 * @throws Fault `run_not_found`, `already_running`, `nothing_kept`, `superseded`
 */
export async function replayRun(
  session: Session,
  selector: RunSelector,
  { job, records }: ReplayOptions = {},
): Promise<RunRef> {
  const execution = await findExecution(session, selector);
  const { run, state } = execution;
  if (!hasEnded(state)) throw alreadyRunning(run.workflowId);
  const report = await endReport(session, execution);
  if (report.dirtyStore === undefined || report.records.dirty === 0) {
    throw userFault(
      'nothing_kept',
      report.dirtyStore === undefined
        ? `The run ${runText(run)} kept no dirty records: dirty.mode of its job is not keep.`
        : `The run ${runText(run)} found no dirty records.`,
      'Set dirty.mode to keep, and a path or a topic, before the next run.',
    );
  }
  await requireOwnStore(session, execution, report.dirtyStore);
  const loaded = job ? expandJob(job, Date.now()) : loadedJobOf(await runInput(session, run));
  // Where the run has kept them, whatever the mended job says of its own.
  const topic = await dirtyTopicOf(session, run, report.dirtyStore);
  return await startMigration(session, loaded, {
    workflowId: replayId(loaded.job.name),
    replay: {
      run: runText(run),
      ...(topic ? { topic } : { folder: report.dirtyStore }),
      before: report.records,
      ...(records !== undefined && { records }),
    },
  });
}
