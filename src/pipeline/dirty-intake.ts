import type { DirtyRecord, DirtyStore } from '../dirty/store.js';
import { breach, isBreached } from '../job/error-limit.js';
import type { Fault, RecordFault } from '../job/fault.js';
import type { RecordCounts } from '../job/report.js';
import type { ErrorLimit } from '../job/schema/job.js';
import type { Partition, RecordBatch } from '../sources/source.js';

type Counts = Pick<RecordCounts, 'read' | 'dirty'>;

export interface DirtyIntakeOptions {
  readonly partition: Partition;
  readonly store: DirtyStore;
  readonly limit: ErrorLimit;
  /** What this partition had counted before, and what all others had at launch. */
  readonly before: Counts;
  readonly elsewhere: Counts;
}

/** Hands dirty records to the store, and notices when there are more than the job allows. */
export class DirtyIntake {
  readonly #options: DirtyIntakeOptions;
  /** Records found so far, whether the watermark has passed them or not. */
  #read: number;
  #dirty: number;
  #breach: Fault | undefined;

  constructor(options: DirtyIntakeOptions) {
    this.#options = options;
    this.#read = options.before.read;
    this.#dirty = options.before.dirty;
  }

  /** What ends the run, once there are too many. */
  get breach(): Fault | undefined {
    return this.#breach;
  }

  countRead(): void {
    this.#read++;
  }

  keep(batch: RecordBatch, index: number, stage: DirtyRecord['stage'], { code, message }: RecordFault): void {
    const { store, partition, limit, elsewhere } = this.#options;
    store.add({
      input: partition.input,
      place: batch.place(index),
      positionAfter: batch.positionAfter(index),
      id: batch.id(index),
      partition: partition.index,
      stage,
      code,
      message,
      raw: () => batch.raw(index),
    });
    this.#dirty++;
    const counts = { read: elsewhere.read + this.#read, dirty: elsewhere.dirty + this.#dirty };
    if (isBreached(limit, counts)) this.#breach ??= breach(limit, counts);
  }
}
