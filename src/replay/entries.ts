import type { DirtyEntry } from '../dirty/entry.js';
import type { Partition, PartitionPage, SourceDescription } from '../sources/source.js';

/** Where the entries that are replayed come from. Every method throws a `Fault`. */
export interface Entries {
  describe(): Promise<Pick<SourceDescription, 'inputs' | 'sourceBytes'>>;
  /**
   * @param cursor as the page before said it
   * @param alive called now and then; throws to stop
   */
  page(cursor: number, limit: number, first: number, alive: () => void): Promise<PartitionPage>;
  /**
   * Those of a partition, the same in the same order each time; looks at the beginning and at the end whether they still are.
   * @param alive called now and then; throws to stop
   */
  of(partition: Partition, alive: () => void): AsyncIterable<DirtyEntry>;
  /** Whether they are still what was partitioned. */
  verify(partition: Partition): Promise<void>;
}
