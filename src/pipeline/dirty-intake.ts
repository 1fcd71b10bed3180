import type { DirtyRecord, DirtyStage } from '../dirty/record.js';
import { breach, isBreached, type Limit } from '../job/error-limit.js';
import type { FaultInfo, RecordFault } from '../job/fault.js';
import type { Position, RecordCounts } from '../job/report.js';
import type { Dirty } from '../job/schema/job.js';
import type { Partition, RecordBatch } from '../sources/source.js';

type Counts = Pick<RecordCounts, 'read' | 'dirty'>;

export interface DirtyIntakeOptions {
  readonly partition: Partition;
  readonly mode: Dirty['mode'];
  /** Bytes of a record that are kept, at most. */
  readonly rawBytes: number;
  readonly limit: Limit;
  /** What this partition had counted before, and what all others had at launch. */
  readonly before: Counts;
  readonly elsewhere: Counts;
}

/** Makes dirty records of what can't be a message, and notices when there are more than the job allows. */
export class DirtyIntake {
  readonly #options: DirtyIntakeOptions;
  /** Where reading a batch began. */
  readonly #begins = new WeakMap<RecordBatch, Position>();
  /** Records found so far, whether the watermark has passed them or not. */
  #read: number;
  #dirty: number;
  #breach: FaultInfo | undefined;

  constructor(options: DirtyIntakeOptions) {
    this.#options = options;
    this.#read = options.before.read;
    this.#dirty = options.before.dirty;
  }

  /** What ends the work early, once there are too many. */
  get breach(): FaultInfo | undefined {
    return this.#breach;
  }

  /** Must be told of every batch before its records. */
  begin(batch: RecordBatch, position: Position): void {
    this.#begins.set(batch, position);
  }

  #positionBefore(batch: RecordBatch, index: number): Position {
    if (index > 0) return batch.positionAfter(index - 1);
    return this.#begins.get(batch) ?? this.#options.partition.start;
  }

  countRead(): void {
    this.#read++;
  }

  take(batch: RecordBatch, index: number, stage: DirtyStage, { code, message }: RecordFault): DirtyRecord {
    const { partition, rawBytes, limit, elsewhere, mode } = this.#options;
    const place = batch.place(index);
    this.#dirty++;
    const counts = { read: elsewhere.read + this.#read, dirty: elsewhere.dirty + this.#dirty };
    if (isBreached(limit, counts)) {
      this.#breach ??= mode === 'fail' ? dirtyRecord(place, message) : breach(limit, counts);
    }
    const origin = batch.origin?.(index);
    return {
      id: batch.id(index),
      input: origin?.input ?? partition.input,
      place,
      position: origin?.position ?? this.#positionBefore(batch, index),
      partition: origin?.partition ?? partition.index,
      ...(origin && { origin: { encoding: origin.encoding, source: origin.source } }),
      stage,
      code,
      message,
      // A copy: the batch that it stands in is not held for it.
      raw: rawBytes === 0 ? NOTHING : Buffer.from(batch.raw(index).subarray(0, rawBytes)),
      bytes: batch.bytes(index),
    };
  }
}

const NOTHING = new Uint8Array();

const dirtyRecord = (place: string, message: string): FaultInfo => ({
  code: 'dirty_record',
  fault: 'record',
  message: `The record at ${place} is dirty, and dirty.mode is fail: ${message}.`,
  mend:
    'Mend the record, or the columns of the job, and start it anew; or let dirty records be kept (dirty.mode: keep), to be replayed once they ' +
    'are mended. `rocketlift retry --error-limit N` goes on behind it, and allows N of them.',
});
