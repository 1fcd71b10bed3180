import { type Context, log } from '@temporalio/activity';
import { afterCrash, type WriteHeartbeat } from '../job/heartbeat.js';
import { NOTHING, type Watermark } from '../job/report.js';
import type { Job } from '../job/schema/job.js';
import { backoffMs, pause } from '../pipeline/backoff.js';
import { CUT_OTHERWISE, cannotTell } from '../pipeline/cannot-tell.js';
import { canBeAsked } from '../rocketmq/can-be-asked.js';
import type { StopRequest } from './stop-request.js';
import type { WriteInput } from './types.js';

/** Times that the last heartbeat of an attempt is tried, when the Temporal server can't be reached. */
const LAST_HEARTBEAT_TRIES = 3;

/**
 * Where to begin: at the last heartbeat of an earlier attempt, at what an earlier activity returned, or at the start.
 * An attempt that did not end in good order may have sent more than its last heartbeat says: that is counted here.
 */
export function startingPoint({ job, partition, from }: WriteInput, { info }: Context): Watermark {
  const start: Watermark = from ?? { ...NOTHING, position: partition.start, done: false };
  // Not by the number of the attempt: a reset in the Temporal UI starts that anew and keeps the heartbeat. Without one,
  // nothing was sent (see Recorder).
  const last = info.heartbeatDetails as WriteHeartbeat | undefined;
  if (!last) return certain(start, job);
  const { watermark } = last;
  if (!watermark.done) return certain(afterCrash(last), job);
  // All is sent, and its sample has not been found again yet.
  return watermark.sample ? { ...watermark, done: false } : watermark;
}

/**
 * Where nobody can be asked what has arrived, or nothing of it would be known again, what was in doubt stays counted, and what comes is
 * counted beside it.
 */
function certain({ doubted, cutOtherwise, ...watermark }: Watermark, { sink }: Job): Watermark {
  if (doubted === undefined || !canBeAsked(sink)) return watermark;
  if (!cutOtherwise) return { ...watermark, doubted };
  const { warnings = [] } = watermark;
  return { ...watermark, warnings: [...warnings, cannotTell(CUT_OTHERWISE)] };
}

/** Records that nothing is under way any more, which is what makes an orderly end repeat nothing. */
export async function recordLast(stop: StopRequest, progress: WriteHeartbeat): Promise<void> {
  for (let attempt = 1; attempt <= LAST_HEARTBEAT_TRIES && stop.reason !== 'lost'; attempt++) {
    try {
      await stop.record(progress);
      break;
    } catch (error) {
      log.warn('the last heartbeat could not be recorded', { attempt, error: String(error) });
      await pause(backoffMs(attempt), new AbortController().signal);
    }
  }
  // The SDK hands out what it was told last when an attempt fails, over what was recorded here.
  stop.tellSdk(progress);
}
