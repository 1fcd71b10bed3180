import type { Rate } from '../job/schema/job.js';
import { pause } from './backoff.js';

/** How much of a second may go at once: so little that no stretch of ten seconds holds 5 % too much. */
const BURST_S = 0.25;
/** A request has at most so much of a second, so that sending is even, and a change of the rate soon felt. */
const REQUEST_S = 0.1;
/** How long a wait may be before the rate is looked at again, in milliseconds. */
const LONGEST_WAIT_MS = 100;

/** Where time comes from. */
export interface Clock {
  /** Milliseconds; only differences mean something. */
  now(): number;
  /** Waits; false if the signal came first. */
  wait(ms: number, signal: AbortSignal): Promise<boolean>;
}

const CLOCK: Clock = { now: () => performance.now(), wait: pause };

/** One measure of a rate. What is sent is paid for before: by time that has passed since the last payment. */
class Measure {
  #paidUpTo: number;

  /** A partition brings no credit along: else many small ones would together send more than the rate. */
  constructor(now: number) {
    this.#paidUpTo = now;
  }

  /** Milliseconds to wait before so much may go; 0 if now. */
  waitMs(amount: number, perSecond: number, now: number): number {
    return Math.max(0, this.#paidUpTo + costMs(amount, perSecond) - now);
  }

  /** Time that was not used is not lost, but no more of it than a burst. */
  take(amount: number, perSecond: number, now: number): void {
    const cost = costMs(amount, perSecond);
    this.#paidUpTo = Math.max(this.#paidUpTo, now - Math.max(BURST_S * 1000, cost)) + cost;
  }
}

const costMs = (amount: number, perSecond: number): number => (amount * 1000) / perSecond;

/**
 * Holds a partition to its share of the job's rate. Written here because it must follow a rate that changes while somebody
 * waits, and give a wait up at a signal; token buckets of libraries do neither.
 */
export class Pacer {
  readonly #records: Measure;
  readonly #bytes: Measure;
  readonly #clock: Clock;
  #rate: Rate;

  /** @param rate the partition's own; no limit in what it does not name */
  constructor(rate: Rate = {}, clock = CLOCK) {
    this.#rate = rate;
    this.#clock = clock;
    this.#records = new Measure(clock.now());
    this.#bytes = new Measure(clock.now());
  }

  /** Holds from now on, for those who wait as well. */
  setRate(rate: Rate): void {
    this.#rate = rate;
  }

  /** Records that a request, or a message of several, may have. */
  get maxRecords(): number {
    return portion(this.#rate.records);
  }

  /** Bytes that a request may have. */
  get maxBytes(): number {
    return portion(this.#rate.bytes);
  }

  /** Waits until so much may be sent; false if the signal came first. */
  async take(records: number, bytes: number, stop: AbortSignal): Promise<boolean> {
    for (;;) {
      const now = this.#clock.now();
      const { records: recordRate, bytes: byteRate } = this.#rate;
      const waitMs = Math.max(
        recordRate === undefined ? 0 : this.#records.waitMs(records, recordRate, now),
        byteRate === undefined ? 0 : this.#bytes.waitMs(bytes, byteRate, now),
      );
      if (waitMs === 0) {
        if (recordRate !== undefined) this.#records.take(records, recordRate, now);
        if (byteRate !== undefined) this.#bytes.take(bytes, byteRate, now);
        return true;
      }
      if (!(await this.#clock.wait(Math.min(waitMs, LONGEST_WAIT_MS), stop))) return false;
    }
  }
}

/** What of a rate may go in one request. */
export const portion = (perSecond: number | undefined): number =>
  perSecond === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(perSecond * REQUEST_S));
