import type { Dialect } from './dialect.js';
import { afterLineEnd, beforeLineEnd, isCutAt } from './line-end.js';
import { WalkMemory } from './walk-memory.js';

/** How a walk ended, where it did not come to a line end. */
const RAN_OUT = -1;
export const RAN_OUT_IN_QUOTE = -2;
export const STRAY = -3;

/** A walk for nothing is remembered if it was as many bytes long: not one that a wrong quote usually costs. */
const LONG = 256;

/** Goes byte by byte through records with quotes, in the order in which they stand in the buffer. */
export class RecordWalk {
  /** Whether the last record has a quote inside an unquoted field. */
  stray = false;
  readonly #dialect: Dialect;
  readonly #long: number;
  /** Of the last buffer, if a long walk came to nothing there. */
  #memory: WalkMemory | undefined;
  /** Where the last walk stood, in quotes, when it came to nothing. */
  #endedAt = 0;

  /** @param long bytes from which on a walk is remembered. @default 256 */
  constructor(dialect: Dialect, long = LONG) {
    this.#dialect = dialect;
    this.#long = long;
  }

  /**
   * Goes through the record at `start` from its first quote on, before which there is no line end.
   * @param stop index to stop at
   * @param isEnd whether the file ends at `stop`
   * @returns index of its line end's last byte or of the file's end; else one of the constants above
   */
  to(buffer: Buffer, quoteAt: number, start: number, stop: number, isEnd: boolean): number {
    if (this.#memory?.buffer !== buffer) this.#memory = undefined;
    const walked = this.#go(buffer, quoteAt, start, stop, isEnd, this.#memory);
    // What was left out of a whole record may have had stray quotes.
    return walked >= 0 && this.#memory?.hasJoined
      ? this.#go(buffer, quoteAt, start, stop, isEnd, undefined)
      : walked;
  }

  /** To be called with what {@link to} was called with, where that came to nothing and only the first line is given up. */
  remember(buffer: Buffer, quoteAt: number, start: number, stop: number, isEnd: boolean): void {
    const isLong = this.#endedAt - start >= this.#long;
    if (!this.#memory && isLong) {
      this.#memory = new WalkMemory(buffer);
      this.#go(buffer, quoteAt, start, stop, isEnd, this.#memory);
    }
    this.#memory?.end(this.#endedAt, isLong);
  }

  #go(
    buffer: Buffer,
    quoteAt: number,
    start: number,
    stop: number,
    isEnd: boolean,
    memory: WalkMemory | undefined,
  ): number {
    const { delimiter, quote, escape: escaper, lineEnd } = this.#dialect;
    const { last, needsCr } = lineEnd;
    this.stray = false;
    memory?.begin();
    let at = quoteAt;
    let fieldStarts = at === start || buffer[at - 1] === delimiter;
    while (at < stop) {
      if (!fieldStarts || buffer[at] !== quote) {
        let byte = buffer[at];
        while (byte !== delimiter) {
          if (byte === last && (!needsCr || beforeLineEnd(buffer, start, at, lineEnd) < at)) return at;
          if (byte === quote) this.stray = true;
          if (++at === stop) return isEnd ? stop : RAN_OUT;
          byte = buffer[at];
        }
      } else {
        for (at = memory ? memory.open(at) : at + 1; ; at++) {
          if (at >= stop) return this.#ranOutInQuote(stop);
          const byte = buffer[at];
          if (byte === quote) {
            if (escaper !== quote) break;
            if (at + 1 === stop && !isEnd) return this.#ranOutInQuote(at);
            if (at + 1 === stop || buffer[at + 1] !== quote) break;
            at++;
          } else if (byte === escaper) {
            // What it stands before may come only with the next walk.
            if (at + 1 === stop) return this.#ranOutInQuote(at);
            at++;
          }
        }
        this.#endedAt = at;
        if (++at === stop) return isEnd ? stop : RAN_OUT;
        if (buffer[at] !== delimiter) {
          const next = afterLineEnd(buffer, at, stop, lineEnd);
          if (next !== -1) return next - 1;
          return at + 1 === stop && !isEnd && isCutAt(buffer, stop, lineEnd) ? RAN_OUT : STRAY;
        }
      }
      at++;
      fieldStarts = true;
    }
    return isEnd ? stop : RAN_OUT;
  }

  #ranOutInQuote(at: number): number {
    this.#endedAt = at;
    return RAN_OUT_IN_QUOTE;
  }
}
