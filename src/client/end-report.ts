import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { FaultInfo } from '../job/fault.js';
import {
  addRecords,
  FURTHER_INPUTS,
  type InputReport,
  NO_RECORDS,
  type RecordCounts,
  type Report,
  type RunState,
  rateOf,
  tallyOf,
} from '../job/report.js';
import type { PendingActivity } from './activities.js';
import { describeExecution, type Execution } from './executions.js';
import { heartbeatsOf } from './heartbeats.js';
import { progressOf, type RunProgress } from './progress.js';
import { call } from './rpc.js';
import type { Session } from './session.js';

/** The report of a run that has ended, in whichever way. */
export async function endReport(session: Session, execution: Execution): Promise<Report> {
  const { memo, state, latestRunId, run } = execution;
  const result = session.client.workflow.getHandle(run.workflowId, latestRunId, { followRuns: false });
  if (state === 'completed') return (await call(session, () => result.result())) as Report;
  if (memo.report) return memo.report;
  // Nobody wrote a report: the run was terminated, or failed before it could.
  const error = await call(session, () => result.result()).then(
    () => undefined,
    (reason: unknown) => {
      if (reason instanceof WorkflowFailedError) return faultBehind(reason, state);
      throw reason;
    },
  );
  // The server keeps the last heartbeats of activities that ended with their run, and a worker can still be asked.
  const progress = await progressOf(session, execution);
  const ended = execution.description.closeTime ?? new Date();
  const report = buildReport(execution, progress, ended.getTime() - (await startOf(session, execution)));
  return { ...report, duplicatesAtMost: report.duplicatesAtMost + lost(progress), ...(error && { error }) };
}

/** The report of a run that is still going on. */
export async function runningReport(session: Session, execution: Execution): Promise<Report> {
  const progress = await progressOf(session, execution);
  const durationMs = Date.now() - (await startOf(session, execution));
  return { ...buildReport(execution, progress, durationMs), state: progress.state };
}

function buildReport({ run, state, memo }: Execution, progress: RunProgress, durationMs: number): Report {
  const { records, writtenBefore, partitions, activities } = progress;
  return {
    job: run.workflowId,
    runId: run.runId,
    state,
    ...tallyOf(progress),
    durationMs,
    rate: rateOf(records.written - writtenBefore, durationMs),
    partitions: partitions.done,
    warnings: memo.soFar?.warnings ?? [],
    ...noted(memo.soFar),
    inputs: inputsOf(records, memo.soFar?.inputs ?? [], activities),
  };
}

/** What only the run itself can tell, as it noted it last. */
function noted({ changes, dirtyStore, retryOf, replayOf }: Partial<Report> = {}): Partial<Report> {
  return {
    ...(changes && { changes }),
    ...(dirtyStore !== undefined && { dirtyStore }),
    ...(retryOf !== undefined && { retryOf }),
    ...(replayOf && { replayOf }),
  };
}

/** What was under way when the run was ended from outside: nobody knows how much of it has arrived. */
function lost({ activities }: RunProgress): number {
  return heartbeatsOf(activities).reduce((sum, { ahead }) => sum + ahead, 0);
}

/** What the run noted last and what its activities have done since; one more entry for what was finished in between. */
function inputsOf(
  records: RecordCounts,
  noted: readonly InputReport[],
  activities: readonly PendingActivity[],
): InputReport[] {
  const inputs = new Map<string, RecordCounts>(noted.map(({ name, ...counts }) => [name, counts]));
  for (const { input, watermark } of heartbeatsOf(activities)) {
    inputs.set(input, addRecords(inputs.get(input) ?? NO_RECORDS, watermark.records));
  }
  const told = [...inputs.values()].reduce(addRecords, NO_RECORDS);
  if (told.read < records.read) inputs.set(FURTHER_INPUTS, subtractRecords(records, told));
  return [...inputs].map(([name, counts]) => ({ name, ...counts }));
}

function subtractRecords(a: RecordCounts, b: RecordCounts): RecordCounts {
  return {
    read: a.read - b.read,
    written: a.written - b.written,
    dirty: a.dirty - b.dirty,
    filtered: a.filtered - b.filtered,
  };
}

/** When the first execution of the chain started, in milliseconds since 1970. */
async function startOf(session: Session, { run, latestRunId, description }: Execution): Promise<number> {
  if (run.runId === latestRunId) return description.startTime.getTime();
  const first = await describeExecution(session, run.workflowId, run.runId);
  return first.description.startTime.getTime();
}

function faultBehind({ cause, message }: WorkflowFailedError, state: RunState): FaultInfo {
  const detail = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  if (isFaultInfo(detail)) return detail;
  const why = cause?.message ?? message;
  const terminated = state === 'terminated';
  return {
    code: terminated ? 'terminated' : 'workflow_failed',
    fault: 'user',
    message: terminated ? `The run was terminated: ${why}` : why,
    mend: 'Look at the run in the Temporal UI, and start the job again.',
  };
}

function isFaultInfo(value: unknown): value is FaultInfo {
  return typeof value === 'object' && value !== null && 'code' in value && 'mend' in value;
}
