import type { DirtyEntry } from '../dirty/entry.js';
import type { Partition, PartitionPage, SourceDescription } from '../sources/source.js';

/** Where the entries that are replayed come from. Every method throws a `Fault`. */
export interface Entries {
  describe(): Promise<Pick<SourceDescription, 'inputs' | 'sourceBytes'>>;
  /** @param cursor as the page before said it */
  page(cursor: number, limit: number, first: number, signal?: AbortSignal): Promise<PartitionPage>;
  /** Those of a partition, the same in the same order each time; looks at the beginning and at the end whether they still are. */
  of(partition: Partition, signal: AbortSignal): AsyncIterable<DirtyEntry>;
  /** Whether they are still what was partitioned. */
  verify(partition: Partition): Promise<void>;
}
