import type { RecordBatch } from '../sources/source.js';

/** Records without a message, one after the other, that end a draft, so that the watermark passes them. */
const UNSENT_IN_A_ROW = 5000;

/** Bytes of dirty records that end a draft: they stay in memory until the watermark has passed them. */
const DIRTY_BYTES = 1024 * 1024;

/**
 * Batches that a draft holds on to where some records are left out: some 16 MiB of input. Without that end a filter
 * that lets few records pass would fill the memory with those that it does not.
 */
export const HELD_BATCHES = 64;

/** How much of the input records lie in that share a draft or a message. */
export class Reach {
  #unsentInARow = 0;
  #dirtyBytes = 0;
  #batches = 0;
  #last: RecordBatch | undefined;

  /** Batches that are held because records of them are. */
  get batches(): number {
    return this.#batches;
  }

  /** Whether it holds so much of what is not sent that it must end. */
  get isLongUnsent(): boolean {
    return this.#unsentInARow >= UNSENT_IN_A_ROW || this.#dirtyBytes >= DIRTY_BYTES;
  }

  hold(batch: RecordBatch): void {
    this.#unsentInARow = 0;
    if (batch === this.#last) return;
    this.#last = batch;
    this.#batches++;
  }

  /** @param dirtyBytes what is kept of the record */
  leaveOut(dirtyBytes = 0): void {
    this.#unsentInARow++;
    this.#dirtyBytes += dirtyBytes;
  }

  /** Takes in what a message that is full reaches over. */
  join(other: Reach): void {
    this.#unsentInARow = 0;
    this.#batches += other.#batches;
    this.#dirtyBytes += other.#dirtyBytes;
  }
}
