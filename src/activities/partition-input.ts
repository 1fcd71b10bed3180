import { log } from '@temporalio/activity';
import { withPatience } from '../pipeline/patience.js';
import type { PartitionPage } from '../sources/source.js';
import { toFailure } from './failures.js';
import { sourceOf } from './source-of.js';
import type { ActivityOptions, PartitionInput } from './types.js';
import { withHeartbeats } from './with-heartbeats.js';

/** @see Activities.partitionInput */
export async function partitionInput(
  { job, cursor, limit, first, replay }: PartitionInput,
  { folders }: ActivityOptions = {},
): Promise<PartitionPage> {
  return withHeartbeats(async (signal) => {
    try {
      const source = sourceOf(job, { replay, folders });
      return await withPatience(() => source.partition(cursor, limit, first, () => signal.throwIfAborted()), {
        retryForMs: job.settings.retryFor,
        stop: signal,
        onWaiting: ({ message }) => log.warn(message),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw toFailure(error);
    }
  });
}
