import type { StoreLength } from '../job/report.js';
import type { DirtyRecord } from './record.js';

/**
 * Where the dirty records of one partition go. Records are appended in the order in which the watermark passes them, so that
 * whoever goes on from a watermark cuts the store back to what belongs to it.
 */
export interface DirtyStore {
  /** Bytes of a record that it keeps, at most; 0 if it keeps none. */
  readonly rawBytes: number;
  /** What has been appended in all attempts; undefined where nothing is kept. */
  readonly length: StoreLength | undefined;
  /** Bytes that were appended and are not safe yet. */
  readonly pendingBytes: number;
  append(records: readonly DirtyRecord[]): void;
  /**
   * Resolves when all that was appended before is as safe as the store makes it.
   * @throws Fault `dirty_store_failed`; from then on always
   */
  flush(): Promise<void>;
  /** Lets go of what it holds; what was not flushed is dropped. */
  close(): Promise<void>;
}
