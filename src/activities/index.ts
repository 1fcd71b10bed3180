import { partitionInput } from './partition-input.js';
import { pendingHeartbeats } from './pending-heartbeats.js';
import type { Activities } from './types.js';
import { validateConnection } from './validate-connection.js';
import { writeBatch } from './write-batch.js';

/** What a worker registers. */
export const activities: Activities = { validateConnection, partitionInput, writeBatch, pendingHeartbeats };
