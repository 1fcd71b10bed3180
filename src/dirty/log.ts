import type { DirtyRecord } from './record.js';
import type { DirtyStore } from './store.js';

export type LogDirty = (message: string, attributes: Record<string, unknown>) => void;

/** How many dirty records of a partition are logged one by one; the rest is only counted. */
const LOGGED_ONE_BY_ONE = 1000;

/**
 * Dirty records as lines of the worker's log: position and reason, never the record itself, as its values may be
 * nobody's business who reads logs.
 */
export function dirtyLog(log: LogDirty): DirtyStore {
  let logged = 0;
  const add = ({ input, place, id, partition, stage, code, message }: DirtyRecord) => {
    logged++;
    if (logged > LOGGED_ONE_BY_ONE) return;
    log(`dirty record at ${place}: ${message}`, { input, place, id, partition, stage, code });
    if (logged === LOGGED_ONE_BY_ONE) {
      log(`more dirty records of this partition are counted, but not logged`, { input, partition });
    }
  };
  return {
    rawBytes: 0,
    length: undefined,
    pendingBytes: 0,
    append: (records) => records.forEach(add),
    async flush() {},
    async close() {},
  };
}
