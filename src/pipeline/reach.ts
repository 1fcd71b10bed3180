import type { RecordBatch } from '../sources/source.js';

/** Records without a message, one after the other, that end a draft, so that the watermark passes them. */
const UNSENT_IN_A_ROW = 5000;

/**
 * Batches that a draft holds on to where some records are left out: some 16 MiB of input. Without that end a filter
 * that lets few records pass would fill the memory with those that it does not.
 */
export const HELD_BATCHES = 64;

/** How much of the input records lie in that share a draft or a message. */
export class Reach {
  #unsentInARow = 0;
  #batches = 0;
  #last: RecordBatch | undefined;

  /** Batches that are held because records of them are. */
  get batches(): number {
    return this.#batches;
  }

  get isLongUnsent(): boolean {
    return this.#unsentInARow >= UNSENT_IN_A_ROW;
  }

  hold(batch: RecordBatch): void {
    this.#unsentInARow = 0;
    if (batch === this.#last) return;
    this.#last = batch;
    this.#batches++;
  }

  leaveOut(): void {
    this.#unsentInARow++;
  }

  /** Takes in what a message that is full reaches over. */
  join({ batches }: Reach): void {
    this.#unsentInARow = 0;
    this.#batches += batches;
  }
}
