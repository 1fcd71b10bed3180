import { ApplicationFailure } from '@temporalio/common';
import { Fault, type FaultInfo, faultInfo } from '../job/fault.js';
import type { WriteHeartbeat } from '../job/heartbeat.js';

/**
 * The fault behind any error. What is no fault yet is a mistake of ours: its message is kept, as it is all there is to
 * find it by, but not its cause or stack.
 */
function faultOf(error: unknown): FaultInfo {
  if (error instanceof Fault) return faultInfo(error);
  return {
    code: 'internal',
    fault: 'world',
    message: `Unexpected error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    mend: "Look at the worker's log, and report it.",
  };
}

/**
 * An error on its way into workflow history: type is the fault's code, the first detail the fault, the second how far
 * a write activity came. Never retried by Temporal, because what can be retried has been, inside the attempt.
 */
export function toFailure(error: unknown, progress?: WriteHeartbeat): ApplicationFailure {
  const info = faultOf(error);
  return ApplicationFailure.nonRetryable(info.message, info.code, info, ...(progress ? [progress] : []));
}

/** Type of the failure of an attempt that ends in good order; a workflow sees it only if the run is cancelled meanwhile. */
export const HANDED_OVER = 'handed_over';

/** An attempt that ends in good order, to be gone on with by another attempt at once. */
export function handOver(why: string, progress: WriteHeartbeat): ApplicationFailure {
  return ApplicationFailure.create({
    message: `The attempt ended in good order (${why}); the next one goes on from its watermark.`,
    type: HANDED_OVER,
    details: [null, progress],
    nextRetryDelay: 100,
  });
}
