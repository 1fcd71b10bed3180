import type { DirtyRecord } from '../dirty/record.js';
import type { DirtyStore } from '../dirty/store.js';
import { addTally, type Position, type Tally, type Watermark } from '../job/report.js';

/** A stretch of consecutive records that is acknowledged as a whole: a batch and the dirty records in between. */
export interface Stretch {
  /** Where reading goes on behind it. */
  readonly positionAfter: Position;
  /** Messages that are sent for it; more when one of several records must be split. */
  messages: number;
  settled?: { readonly tally: Tally; readonly dirty: readonly DirtyRecord[] };
}

/** A watermark, and the messages sent for the stretches before it. */
export interface Mark {
  readonly watermark: Watermark;
  readonly covered: number;
}

/**
 * Keeps stretches in the order they were read, and moves the watermark over those that are settled and have nothing
 * unsettled before them. Batches are acknowledged in any order; the watermark never jumps a gap. What it passes of dirty
 * records goes into the store just then; a watermark may be told to others once the store has made that safe.
 */
export class Ledger {
  readonly #store: DirtyStore;
  #watermark: Watermark;
  #covered = 0;
  #safe: Mark;
  readonly #open: Stretch[] = [];

  constructor(from: Watermark, store: DirtyStore) {
    this.#store = store;
    this.#watermark = from;
    this.#safe = { watermark: from, covered: 0 };
  }

  /** As far as it is; what it says of dirty records may not be safe yet. */
  get watermark(): Watermark {
    return this.#watermark;
  }

  /** Takes the next stretch in. Must be called in the order of the records. */
  add(positionAfter: Position, messages: number): Stretch {
    const stretch: Stretch = { positionAfter, messages };
    this.#open.push(stretch);
    return stretch;
  }

  /** Every record of the stretch is acknowledged or dirty; `tally` says how many of each. */
  settle(stretch: Stretch, tally: Tally, dirty: readonly DirtyRecord[] = []): void {
    stretch.settled = { tally, dirty };
    while (this.#open.length > 0) {
      const { positionAfter, messages, settled } = this.#open[0];
      if (!settled) return;
      this.#open.shift();
      this.#covered += messages;
      if (settled.dirty.length > 0) this.#store.append(settled.dirty);
      const { length } = this.#store;
      this.#watermark = {
        ...addTally(this.#watermark, settled.tally),
        position: positionAfter,
        ...(length && { kept: length }),
        done: false,
      };
    }
  }

  /** Counts what is not bound to a stretch: retries, possible duplicates. */
  count(extra: Pick<Tally, 'retries' | 'duplicatesAtMost'>): void {
    this.#watermark = {
      ...this.#watermark,
      retries: this.#watermark.retries + extra.retries,
      duplicatesAtMost: this.#watermark.duplicatesAtMost + extra.duplicatesAtMost,
    };
  }

  /** Everything has been read and settled. */
  finish(): void {
    if (this.#open.length > 0) throw new Error(`${this.#open.length} stretches are not settled`);
    this.#watermark = { ...this.#watermark, done: true };
  }

  /**
   * The watermark as it is now, once all that it says is safe.
   * @throws Fault `dirty_store_failed`
   */
  async secure(): Promise<Mark> {
    const mark = { watermark: this.#watermark, covered: this.#covered };
    await this.#store.flush();
    // Another may have been secured meanwhile.
    if (mark.covered >= this.#safe.covered) this.#safe = mark;
    return mark;
  }

  /**
   * The last watermark that is safe. What was acknowledged beyond it will be sent again by whoever goes on from there.
   */
  get safeWatermark(): Watermark {
    const { watermark, covered } = this.#safe;
    const { retries, duplicatesAtMost } = this.#watermark;
    return { ...watermark, retries, duplicatesAtMost: duplicatesAtMost + this.#covered - covered };
  }

  /** Bytes of dirty records that wait for what stands before them. */
  get waitingDirtyBytes(): number {
    return this.#open.reduce(
      (sum, { settled }) => (settled?.dirty ?? []).reduce((bytes, { raw }) => bytes + raw.length, sum),
      0,
    );
  }

  /** Messages that were acknowledged beyond the watermark, and will be sent again by whoever goes on from it. */
  get acknowledgedBeyond(): number {
    return this.#open.reduce((sum, { settled }) => sum + (settled?.tally.messages ?? 0), 0);
  }
}
