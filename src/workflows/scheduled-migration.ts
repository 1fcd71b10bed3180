import {
  CancellationScope,
  type ChildWorkflowHandle,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  upsertMemo,
} from '@temporalio/workflow';
import type { Report } from '../job/report.js';
import type { ScheduledEnd, ScheduledInput, ScheduledMemo } from './definitions.js';
import { failureOf, faultOf } from './failures.js';
import type { migration } from './migration.js';
import { type Plan, planOf } from './scheduled-plan.js';
import { startWhenFree } from './start-when-free.js';

/**
 * What a schedule starts: a migration as its child, under the job's id, so that it never overlaps with one that was
 * started by hand. Macros stand for the planned time, which is the same in a backfill.
 * @param carried what a continued run takes over from the one before: it still waits for another run to end
 * @returns the migration's report, or why there is none
 * @throws ApplicationFailure of the fault that ended the migration, or the cancellation
 */
export async function scheduledMigration(
  input: ScheduledInput,
  carried?: Plan,
): Promise<Report | ScheduledEnd> {
  const plan = carried ?? planOf(input);
  const announce = announcer(plan);
  if (!carried) announce({}, 'Starts the migration');
  try {
    const waiting = `Waits for the run of ${plan.job} that goes on, and looks every 30 s at least`;
    const started = await startWhenFree(input, plan, () => announce({ waiting }, waiting));
    if (started === 'continue') return await continueAsNew<typeof scheduledMigration>(input, plan);
    if (started === 'skipped') {
      return announce.end('skipped', `The job ${plan.job} was running already when this run was due.`);
    }
    const run = { workflowId: plan.job, runId: started.firstExecutionRunId };
    announce({ run }, `Runs as \`${run.workflowId}\`, run \`${run.runId}\``);
    const report = await reportOf(started);
    if (report === undefined) return announce.end('cancelled', 'The run was cancelled.');
    announce({}, `Ended: ${report.state}`);
    return report;
  } catch (error) {
    if (isCancellation(error) || error instanceof ContinueAsNew) throw error;
    throw failureOf(faultOf(error));
  }
}

/** The report of a migration that completed; undefined if it was cancelled, and not because this run was. */
async function reportOf(started: ChildWorkflowHandle<typeof migration>): Promise<Report | undefined> {
  try {
    return await started.result();
  } catch (error) {
    if (isCancellation(error) && !CancellationScope.current().consideredCancelled) return undefined;
    throw error;
  }
}

/** Tells the outside how the run is, in the memo for clients and as markdown for the UI. */
function announcer({ job, planned: at }: Plan) {
  const planned = new Date(at).toISOString();
  const announce = (memo: ScheduledMemo, sentence: string): void => {
    upsertMemo({ planned, ...memo });
    setCurrentDetails(`**${sentence}.**\n\nPlanned for ${planned}.`);
  };
  /** Of a run without a report. A cancelled one can't be told as such: Temporal knows only those that it cancelled itself. */
  announce.end = (state: ScheduledEnd['state'], reason: string): ScheduledEnd => {
    const end: ScheduledEnd = { job, planned, state, reason };
    announce({ end }, `Ended: ${state}. ${reason.replace(/\.$/, '')}`);
    return end;
  };
  return announce;
}
