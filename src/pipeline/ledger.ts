import { addTally, type Position, type Tally, type Watermark } from '../job/report.js';

/** A stretch of consecutive records that is acknowledged as a whole: a batch and the dirty records in between. */
export interface Stretch {
  /** Where reading goes on behind it. */
  readonly positionAfter: Position;
  /** Messages that are sent for it; more when one of several records must be split. */
  messages: number;
  settled?: Tally;
}

/**
 * Keeps stretches in the order they were read, and moves the watermark over those that are settled and have nothing
 * unsettled before them. Batches are acknowledged in any order; the watermark never jumps a gap.
 */
export class Ledger {
  #watermark: Watermark;
  #covered = 0;
  readonly #open: Stretch[] = [];

  constructor(from: Watermark) {
    this.#watermark = from;
  }

  get watermark(): Watermark {
    return this.#watermark;
  }

  /** Messages sent for the stretches that the watermark has passed. */
  get covered(): number {
    return this.#covered;
  }

  /** Takes the next stretch in. Must be called in the order of the records. */
  add(positionAfter: Position, messages: number): Stretch {
    const stretch: Stretch = { positionAfter, messages };
    this.#open.push(stretch);
    return stretch;
  }

  /** Every record of the stretch is acknowledged or kept as dirty; `tally` says how many of each. */
  settle(stretch: Stretch, tally: Tally): void {
    stretch.settled = tally;
    while (this.#open.length > 0) {
      const { positionAfter, messages, settled } = this.#open[0];
      if (!settled) return;
      this.#open.shift();
      this.#covered += messages;
      this.#watermark = { ...addTally(this.#watermark, settled), position: positionAfter, done: false };
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

  /** Messages that were acknowledged beyond the watermark, and will be sent again by whoever goes on from it. */
  get acknowledgedBeyond(): number {
    return this.#open.reduce((sum, { settled }) => sum + (settled?.messages ?? 0), 0);
  }
}
