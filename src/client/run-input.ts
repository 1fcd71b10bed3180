import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { worldFault } from '../job/fault.js';
import { type LoadedJob, validateJobDocument } from '../job/parse.js';
import { sourcePaths } from '../job/paths.js';
import type { MigrationInput, ResumePoint } from '../workflows/definitions.js';
import { call } from './rpc.js';
import { type RunRef, runText } from './run-ref.js';
import type { Session } from './session.js';

/** What a run was started with. */
export interface RunStart {
  readonly input: MigrationInput;
  /** What it took over from the run that it goes on with. */
  readonly carried?: ResumePoint['state'];
}

/** Needs no worker: it stands in the first event of the run's history. */
export async function runStart(session: Session, run: RunRef): Promise<RunStart> {
  const { client, connection, namespace } = session;
  const execution = { workflowId: run.workflowId, runId: run.runId };
  const { history } = await call(session, () =>
    connection.workflowService.getWorkflowExecutionHistory({ namespace, execution, maximumPageSize: 1 }),
  );
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [input, carried] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
  if (typeof input === 'object' && input !== null && 'job' in input) {
    return {
      input: input as MigrationInput,
      ...(carried ? { carried: carried as ResumePoint['state'] } : {}),
    };
  }
  throw worldFault(
    'no_input',
    `What the run ${runText(run)} was started with can not be read from its history.`,
    'It was started without a job, or its history is gone: start the job anew.',
  );
}

export const runInput = async (session: Session, run: RunRef): Promise<MigrationInput> =>
  (await runStart(session, run)).input;

/** The job of a run, as if it had just been loaded. */
export function loadedJobOf({ job: document }: MigrationInput): LoadedJob {
  return { job: validateJobDocument(document), document, paths: sourcePaths(document) };
}
