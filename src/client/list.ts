import type { WorkflowExecutionInfo } from '@temporalio/client';
import { NO_RECORDS, type RecordCounts, type RunState } from '../job/report.js';
import { MIGRATION, type MigrationMemo } from '../workflows/definitions.js';
import { stateOf } from './executions.js';
import { call } from './rpc.js';
import { type RunRef, runText } from './run-ref.js';
import type { Session } from './session.js';

/** A run in a list. */
export interface RunListing {
  readonly job: string;
  /** `workflowId/runId` */
  readonly run: string;
  readonly state: RunState;
  /** ISO 8601. Of a run that was continued: when its latest execution started. */
  readonly started: string;
  /** ISO 8601. */
  readonly ended?: string;
  /** Where search attributes are registered. */
  readonly phase?: string;
  /** As the run noted them last. */
  readonly records: RecordCounts;
}

const LATEST_OF_CHAINS = `WorkflowType = '${MIGRATION}' AND ExecutionStatus != 'ContinuedAsNew'`;

/**
 * The runs of all jobs, the latest first. The server's list lags behind by moments. Of a run that is encrypted with a key that is not
 * known here, the counts are missing.
 * @param limit at most so many. @default 20
 * @throws Fault `temporal_unreachable`
 */
export async function listRuns(session: Session, limit = 20): Promise<RunListing[]> {
  const query = LATEST_OF_CHAINS;
  return await call(session, async () => {
    const runs: RunListing[] = [];
    if (limit < 1) return runs;
    for await (const info of session.lists.workflow.list({ query, pageSize: Math.min(limit, 1000) })) {
      runs.push(listing(info));
      if (runs.length >= limit) break;
    }
    return runs;
  });
}

/** A run of a job, as the server lists it. */
export interface ListedRun {
  readonly run: RunRef;
  readonly memo: MigrationMemo;
}

/**
 * The runs of one workflow id, the latest first. The server's list lags behind by moments.
 * @param since those whose latest execution has started later
 */
export async function* runsOf(session: Session, workflowId: string, since: Date): AsyncGenerator<ListedRun> {
  const id = workflowId.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const query = `WorkflowId = '${id}' AND StartTime > '${since.toISOString()}' AND ${LATEST_OF_CHAINS}`;
  for await (const info of session.lists.workflow.list({ query })) yield listed(info);
}

function listed({ workflowId, runId, memo: noted }: WorkflowExecutionInfo): ListedRun {
  const memo: MigrationMemo = noted ?? {};
  // The server's list does not tell the first of a chain, but the run itself does.
  const run = { workflowId, runId: (memo.report ?? memo.soFar)?.runId ?? runId };
  return { run, memo };
}

function listing(info: WorkflowExecutionInfo): RunListing {
  const { run, memo } = listed(info);
  const noted = memo.report ?? memo.soFar;
  const phase = info.searchAttributes.RocketliftPhase?.[0];
  return {
    job: info.workflowId,
    run: runText(run),
    state: stateOf(info.status.name, memo),
    started: info.startTime.toISOString(),
    ...(info.closeTime && { ended: info.closeTime.toISOString() }),
    ...(typeof phase === 'string' && { phase }),
    records: noted?.records ?? NO_RECORDS,
  };
}
