import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { HANDED_OVER as handedOver } from '../activities/failures.js';
import type { FaultInfo } from '../job/fault.js';
import type { WriteHeartbeat } from '../job/heartbeat.js';

/** As in `activities/failures.ts`, of which workflow code may take types only. */
const HANDED_OVER: typeof handedOver = 'handed_over';

/** The fault behind the failure of an activity or of a child workflow. */
export function faultOf(error: unknown): FaultInfo {
  const wrapped = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  const cause = wrapped ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const info = cause.details?.[0] as FaultInfo | undefined;
    if (info?.fault) return info;
  }
  if (cause instanceof TimeoutFailure) {
    return {
      code: 'activity_timeout',
      fault: 'world',
      message: `An activity did not end in time: ${cause.message}`,
      mend: 'Look whether workers are running and not overloaded, and start the job again.',
    };
  }
  if (cause instanceof TerminatedFailure) {
    return {
      code: 'terminated',
      fault: 'user',
      message: 'The run was terminated.',
      mend: 'Look at the run in the Temporal UI, and start the job again.',
    };
  }
  return {
    code: 'internal',
    fault: 'world',
    message: `Unexpected error: ${cause instanceof Error ? cause.message : String(cause)}`,
    mend: "Look at the worker's log, and report it.",
  };
}

/** How far a write activity came that failed, if its failure tells. */
export function heartbeatOf(error: unknown): WriteHeartbeat | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof ApplicationFailure) return cause.details?.[1] as WriteHeartbeat | undefined;
  if (cause instanceof TimeoutFailure) return cause.lastHeartbeatDetails as WriteHeartbeat | undefined;
  return undefined;
}

/**
 * Whether an activity ended because it was to be cancelled, not by a fault of its own. One whose worker is gone is tried
 * again without end, and so is one that handed its partition over, so either comes through only if it was cancelled
 * meanwhile.
 */
export function wasCancelled(error: unknown): boolean {
  if (isCancellation(error)) return true;
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof ApplicationFailure) return cause.type === HANDED_OVER;
  return cause instanceof TimeoutFailure && cause.timeoutType === 'HEARTBEAT';
}

/** What fails a workflow: workflow code throws nothing else, as any other error would be retried for ever. */
export function failureOf(info: FaultInfo): ApplicationFailure {
  return ApplicationFailure.nonRetryable(info.message, info.code, info);
}
