import { setTimeout as delay } from 'node:timers/promises';
import type { DirtyRecord } from '../dirty/record.js';
import type { DirtyStore } from '../dirty/store.js';
import { addTally, type Position, type Tally, type Watermark } from '../job/report.js';
import { joinSamples, type Sample } from '../job/sample.js';

/** A stretch of consecutive records that is acknowledged as a whole: a batch and the dirty records in between. */
export interface Stretch {
  /** Where reading goes on behind it. */
  readonly positionAfter: Position;
  /** Messages that are sent for it; more when one of several records must be split. */
  messages: number;
  /** Messages of it that may have been stored by an attempt before. */
  doubted: number;
  /** Whether some of them may be stored although it will not be settled: whoever goes on sends it again. */
  isLeft?: boolean;
  settled?: {
    readonly tally: Tally;
    readonly dirty: readonly DirtyRecord[];
    readonly sample: Sample | undefined;
  };
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
  /** Whether brokers can be asked what has arrived. */
  #asks: boolean;
  /** Doubted messages behind the last stretch. */
  #doubtedBehind: number;

  /** @param asks whether brokers can be asked what has arrived; if not, nothing is in doubt, and duplicates stay counted */
  constructor({ doubted, ...from }: Watermark, store: DirtyStore, asks = false) {
    this.#store = store;
    this.#asks = asks;
    this.#watermark = { ...from, ...(asks && doubted !== undefined && { doubted }) };
    this.#safe = { watermark: this.#watermark, covered: 0 };
    this.#doubtedBehind = this.#watermark.doubted ?? 0;
  }

  /** As far as it is; what it says of dirty records may not be safe yet. */
  get watermark(): Watermark {
    return this.#watermark;
  }

  /** Takes the next stretch in. Must be called in the order of the records. */
  add(positionAfter: Position, messages: number): Stretch {
    const doubted = Math.min(messages, this.#doubtedBehind);
    this.#doubtedBehind -= doubted;
    const stretch: Stretch = { positionAfter, messages, doubted };
    this.#open.push(stretch);
    return stretch;
  }

  /**
   * Every record of the stretch is acknowledged or dirty; `tally` says how many of each.
   * @param sample what of it is to be found again @default nothing
   */
  settle(stretch: Stretch, tally: Tally, dirty: readonly DirtyRecord[] = [], sample?: Sample): void {
    stretch.settled = { tally, dirty, sample };
    while (this.#open.length > 0) {
      const { positionAfter, messages, doubted, settled } = this.#open[0];
      if (!settled) return;
      this.#open.shift();
      this.#covered += messages;
      if (settled.dirty.length > 0) this.#store.append(settled.dirty);
      const { length } = this.#store;
      this.#watermark = {
        ...this.#watermark,
        ...addTally(this.#watermark, settled.tally),
        ...(settled.sample && { sample: joinSamples(this.#watermark.sample, settled.sample) }),
        position: positionAfter,
        ...(length && { kept: length }),
        done: false,
      };
      this.#resolve(doubted);
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

  /** Nobody can be asked what has arrived: what was in doubt stays counted. */
  stayInDoubt(why: string): void {
    const { doubted: _, warnings = [], ...watermark } = this.#watermark;
    this.#asks = false;
    this.#doubtedBehind = 0;
    for (const stretch of this.#open) stretch.doubted = 0;
    this.#watermark = { ...watermark, warnings: [...warnings, why] };
  }

  /**
   * What is sent from here on would not be known again by whoever asks for it.
   * @param why said where something is in doubt now, which is not known again either
   */
  cutOtherwise(why: string): void {
    if (this.#watermark.doubted !== undefined) this.stayInDoubt(why);
    this.#watermark = { ...this.#watermark, cutOtherwise: true };
  }

  /** Everything has been read and settled. */
  finish(): void {
    if (this.#open.length > 0) throw new Error(`${this.#open.length} stretches are not settled`);
    // What was in doubt beyond the end does not exist.
    this.#resolve(this.#watermark.doubted ?? 0);
    this.#watermark = { ...this.#watermark, done: true };
  }

  /**
   * Nothing more will be settled. What was acknowledged beyond the watermark will be sent again by whoever goes on from it, but
   * for what has arrived, where that can be asked.
   */
  leave(): void {
    if (!this.#asks) {
      const duplicatesAtMost = this.#open.reduce(
        (sum, { settled, isLeft, messages }) => sum + (settled?.tally.messages ?? (isLeft ? messages : 0)),
        0,
      );
      this.count({ retries: 0, duplicatesAtMost });
      return;
    }
    const last = this.#open.findLastIndex(({ isLeft, settled }) => isLeft === true || settled !== undefined);
    const left = this.#open.slice(0, last + 1).reduce((sum, { messages }) => sum + messages, 0);
    const { doubted = 0, duplicatesAtMost } = this.#watermark;
    if (left <= doubted) return;
    this.#watermark = {
      ...this.#watermark,
      doubted: left,
      duplicatesAtMost: duplicatesAtMost + left - doubted,
    };
  }

  /**
   * The watermark as it is now, once all that it says is safe.
   * @param withinMs how long the store may take, in milliseconds; then it is the last one that is safe @default as long as it takes
   * @throws Fault `dirty_store_failed`
   */
  async secure(withinMs?: number): Promise<Mark> {
    const mark = { watermark: this.#watermark, covered: this.#covered };
    const secured = this.#store.flush().then(() => {
      // Another may have been secured meanwhile.
      if (mark.covered >= this.#safe.covered) this.#safe = mark;
    });
    if (withinMs === undefined) await secured;
    else if (!(await endsWithin(secured, withinMs))) {
      return { watermark: this.safeWatermark, covered: this.#safe.covered };
    }
    return mark;
  }

  /**
   * The last watermark that is safe. What was acknowledged beyond it will be sent again by whoever goes on from there.
   */
  get safeWatermark(): Watermark {
    const { watermark, covered } = this.#safe;
    const { retries, duplicatesAtMost, doubted = 0, cutOtherwise, warnings } = this.#watermark;
    const beyond = this.#covered - covered;
    const { doubted: _, warnings: __, ...safe } = watermark;
    return {
      ...safe,
      retries,
      duplicatesAtMost: duplicatesAtMost + beyond,
      ...(this.#asks && doubted + beyond > 0 && { doubted: doubted + beyond }),
      ...(cutOtherwise && { cutOtherwise }),
      ...(warnings && { warnings }),
    };
  }

  /** It is known what has arrived of so many messages that were in doubt. */
  #resolve(messages: number): void {
    if (messages === 0) return;
    const { doubted = 0, duplicatesAtMost, ...watermark } = this.#watermark;
    const left = doubted - messages;
    this.#watermark = {
      ...watermark,
      duplicatesAtMost: duplicatesAtMost - messages,
      ...(left > 0 && { doubted: left }),
    };
  }

  /** Bytes of dirty records that wait for what stands before them. */
  get waitingDirtyBytes(): number {
    return this.#open.reduce(
      (sum, { settled }) => (settled?.dirty ?? []).reduce((bytes, { raw }) => bytes + raw.length, sum),
      0,
    );
  }
}

/** Whether work ends in time. @throws what it throws until then */
async function endsWithin(work: Promise<void>, ms: number): Promise<boolean> {
  const over = new AbortController();
  try {
    return await Promise.race([
      work.then(() => true),
      delay(ms, undefined, { signal: over.signal }).then(() => false),
    ]);
  } finally {
    over.abort();
  }
}
