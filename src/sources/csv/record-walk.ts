import type { Dialect } from './dialect.js';
import { afterLineEnd, beforeLineEnd, isCutAt } from './line-end.js';

/** How a walk ended, where it did not come to a line end. */
const RAN_OUT = -1;
export const RAN_OUT_IN_QUOTE = -2;
export const STRAY = -3;

/** Goes byte by byte through records with quotes. */
export class RecordWalk {
  /** Whether the last record has a quote inside an unquoted field. */
  stray = false;
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /**
   * Goes through the record at `start` from its first quote on, before which there is no line end.
   * @param stop index to stop at
   * @param isEnd whether the file ends at `stop`
   * @returns index of its line end's last byte or of the file's end; else one of the constants above
   */
  to(buffer: Buffer, quoteAt: number, start: number, stop: number, isEnd: boolean): number {
    const { delimiter, quote, escape: escaper, lineEnd } = this.#dialect;
    const { last, needsCr } = lineEnd;
    this.stray = false;
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
        for (at++; ; at++) {
          if (at >= stop) return RAN_OUT_IN_QUOTE;
          const byte = buffer[at];
          if (byte === quote) {
            if (escaper !== quote) break;
            if (at + 1 === stop && !isEnd) return RAN_OUT_IN_QUOTE;
            if (at + 1 === stop || buffer[at + 1] !== quote) break;
            at++;
          } else if (byte === escaper) {
            at++;
          }
        }
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
}
