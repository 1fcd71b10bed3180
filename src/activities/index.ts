import { partitionInput } from './partition-input.js';
import { pendingHeartbeats } from './pending-heartbeats.js';
import type { Activities, ActivityOptions } from './types.js';
import { validateConnection } from './validate-connection.js';
import { verifyCount } from './verify-count.js';
import { writeBatch } from './write-batch.js';

/** What a worker registers. */
export function createActivities(options: ActivityOptions = {}): Activities {
  return {
    validateConnection: (input) => validateConnection(input, options),
    partitionInput: (input) => partitionInput(input, options),
    writeBatch: (input) => writeBatch(input, options),
    verifyCount: (input) => verifyCount(input, options),
    pendingHeartbeats,
  };
}
