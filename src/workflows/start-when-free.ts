import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  type ChildWorkflowHandle,
  getExternalWorkflowHandle,
  isCancellation,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { expandMacros, expandText } from '../job/macros/macros.js';
import type { ScheduledInput } from './definitions.js';
import { migration } from './migration.js';
import type { Plan } from './scheduled-plan.js';

/** Time between two looks whether the other run has ended, in milliseconds: it doubles from the first to the last. */
const FIRST_LOOK_MS = 1000;
const LAST_LOOK_MS = 30_000;

/**
 * Starts the migration of a scheduled run. Where one of the job runs already (by hand: Temporal keeps the schedule's own
 * from overlapping), it waits for its end, with `cancelOther` after asking it to end. A late one only waits: it is past its
 * time already, and what runs may be due now.
 * @param onWait called once, before it waits
 * @returns `skipped` for a run in time whose overlap is `skip`; `continue` once the history has grown long by waiting
 */
export async function startWhenFree(
  input: ScheduledInput,
  plan: Plan,
  onWait: () => void,
): Promise<ChildWorkflowHandle<typeof migration> | 'skipped' | 'continue'> {
  const { job, overlap, late } = plan;
  for (let look = FIRST_LOOK_MS; ; look = Math.min(2 * look, LAST_LOOK_MS)) {
    try {
      return await start(input, plan);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    if (overlap === 'skip' && !late) return 'skipped';
    if (workflowInfo().continueAsNewSuggested) return 'continue';
    if (look === FIRST_LOOK_MS) onWait();
    if (overlap === 'cancelOther' && !late) await askToEnd(job);
    await sleep(look);
  }
}

function start(
  { job: document, searchAttributes = false, summary, details }: ScheduledInput,
  { job, planned, timezone }: Plan,
): Promise<ChildWorkflowHandle<typeof migration>> {
  return startChild(migration, {
    workflowId: job,
    args: [{ job: expandMacros(document, planned), searchAttributes }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    // A cancelled run ends when the migration has drained.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    // One that is terminated leaves a migration that drains by itself.
    parentClosePolicy: 'REQUEST_CANCEL',
    ...(summary !== undefined && { staticSummary: expandText(summary, planned, timezone) }),
    ...(details !== undefined && { staticDetails: expandText(details, planned, timezone) }),
  });
}

async function askToEnd(job: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(job).cancel();
  } catch (error) {
    if (isCancellation(error)) throw error;
    // It has ended in between.
  }
}
