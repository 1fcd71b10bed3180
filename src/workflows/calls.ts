import { type ActivityOptions, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities, WriteInput } from '../activities/types.js';

/**
 * Common to all activities. They retry by themselves what can be retried, so what Temporal repeats is an attempt whose
 * worker is gone, or that was handed over; anything else ends them.
 */
const COMMON = {
  // Left out it would mean TRY_CANCEL, and a cancelled run would end while its activities go on sending.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  // A lost attempt has waited for the heartbeat's time-out already: longer pauses spare nobody, and cost where workers die often.
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '2s' },
  // What a killed worker costs before another one goes on.
  heartbeatTimeout: '10s',
  startToCloseTimeout: '365 days',
} satisfies ActivityOptions;

const { validateConnection, partitionInput, verifyCount } = proxyActivities<Activities>(COMMON);

const { writeBatch } = proxyActivities<Activities>({
  ...COMMON,
  // Else Temporal hands partitions to the worker that runs the workflow, as long as that has room, and the others get none.
  allowEagerDispatch: false,
});

/**
 * Local, so that it need not wait for a place among write activities that are to be ended. It is over well before the SDK would
 * prolong the workflow task for it (after 8 s): the workflow's clock would move with that, and not with a replay.
 */
const { pendingHeartbeats } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '4s',
  scheduleToCloseTimeout: '4s',
  retry: { initialInterval: '500ms', maximumInterval: '2s' },
});

export const callValidateConnection: Activities['validateConnection'] = (input) =>
  validateConnection.executeWithOptions({ summary: 'job, source, RocketMQ' }, [input]);

export const callPartitionInput: Activities['partitionInput'] = (input) =>
  partitionInput.executeWithOptions({ summary: `partitions from ${input.first} on` }, [input]);

export const callVerifyCount: Activities['verifyCount'] = (input) =>
  verifyCount.executeWithOptions({ summary: 'what arrived' }, [input]);

/** Its summary labels the bar in the UI: `orders.csv 64–128 MiB`. */
export const callWriteBatch = (input: WriteInput): ReturnType<Activities['writeBatch']> =>
  writeBatch.executeWithOptions({ summary: input.partition.label }, [input]);

export const callPendingHeartbeats: Activities['pendingHeartbeats'] = (input) =>
  pendingHeartbeats.executeWithOptions({ summary: 'last heartbeats' }, [input]);
