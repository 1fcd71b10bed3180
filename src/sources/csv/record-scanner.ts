import type { RecordFault } from '../../job/fault.js';
import { type Cutter, Found } from '../files/cutter.js';
import { RECORD_TOO_LONG } from '../files/record-faults.js';
import type { Dialect } from './dialect.js';
import { STRAY_QUOTE, UNCLOSED_QUOTE } from './faults.js';
import { afterBlankLines, beforeLineEnd, indexOfLineEnd, isCutAt } from './line-end.js';
import { RAN_OUT_IN_QUOTE, RecordWalk, STRAY } from './record-walk.js';

/**
 * Decides where a record of a CSV file ends.
 *
 * - A record ends at a line end that does not stand in quotes. What is one is up to the dialect.
 * - A quote opens only at a field's start. In quotes, the escape character takes the meaning from the next byte (where
 *   it is the quote itself, it does so only before a quote); line ends belong to the field.
 * - After a closing quote only the delimiter, a line end or the end of the file may follow. Where something else does,
 *   or a quote is not closed within the longest record or the file, the quote must be wrong: the bytes up to the first
 *   line end are a dirty record, and the next one starts behind it.
 * - A quote inside a field that does not start with one makes the record dirty, but opens nothing.
 * - A line without a byte in it is no record, nor is one that starts with the comment character, whatever its length
 *   and its quotes.
 *
 * Nothing is known of what comes before a record, so any record's start is a place to begin.
 */
export class RecordScanner implements Cutter {
  start = 0;
  end = 0;
  next = 0;
  fault: RecordFault | undefined;
  readonly #dialect: Dialect;
  readonly #maxRecordSize: number;
  readonly #walk: RecordWalk;
  /** The buffer of the last call, and the index of its next quote. */
  #buffer: Buffer | undefined;
  #quoteAt = -1;
  /** Whether the bytes to come go on with a comment, of which nothing is kept. */
  #inComment = false;
  /** Whether the last buffer of which nothing was kept may have ended within a line end. */
  #isCut = false;

  /** @param longWalk see {@link RecordWalk} */
  constructor(dialect: Dialect, maxRecordSize: number, longWalk?: number) {
    this.#dialect = dialect;
    this.#maxRecordSize = maxRecordSize;
    this.#walk = new RecordWalk(dialect, longWalk);
  }

  find(buffer: Buffer, from: number, atEnd: boolean): Found {
    const start = this.#recordStart(buffer, from, atEnd);
    this.start = start;
    this.next = start;
    this.fault = undefined;
    if (start === buffer.length) return atEnd ? Found.END : Found.MORE;

    const ending = this.#dialect.lineEnd;
    const lineEnd = indexOfLineEnd(buffer, start, ending);
    const quote = this.#quoteFrom(buffer, start);
    // The last byte of the longest record's line end; what is not known of a record up to here does not matter.
    const limit = start + this.#maxRecordSize;
    if (lineEnd === -1 ? quote === buffer.length : quote > lineEnd) {
      if (lineEnd !== -1) return this.#record(buffer, lineEnd, lineEnd > limit ? RECORD_TOO_LONG : undefined);
      if (buffer.length > limit) return this.#broken(buffer, -1, atEnd, RECORD_TOO_LONG);
      return atEnd ? this.#lastRecord(buffer, undefined) : Found.MORE;
    }

    const stop = Math.min(buffer.length, limit + 1);
    const isEnd = atEnd && buffer.length <= limit;
    const walked = this.#walk.to(buffer, quote, start, stop, isEnd);
    if (walked >= 0) {
      const fault = this.#walk.stray ? STRAY_QUOTE : undefined;
      return walked === buffer.length ? this.#lastRecord(buffer, fault) : this.#record(buffer, walked, fault);
    }
    if (walked !== STRAY && stop <= limit && !atEnd) return Found.MORE;
    if (walked !== STRAY && walked !== RAN_OUT_IN_QUOTE)
      return this.#broken(buffer, indexOfLineEnd(buffer, limit + 1, ending), atEnd, RECORD_TOO_LONG);
    this.#walk.remember(buffer, quote, start, stop, isEnd);
    return this.#broken(buffer, lineEnd, atEnd, walked === STRAY ? STRAY_QUOTE : UNCLOSED_QUOTE);
  }

  skip(buffer: Buffer, from: number): number {
    const { lineEnd } = this.#dialect;
    const isRest = this.#isCut && buffer[from] === lineEnd.last;
    const at = isRest ? from : indexOfLineEnd(buffer, from, lineEnd);
    this.#isCut = at === -1 && isCutAt(buffer, buffer.length, lineEnd);
    return at + 1 || -1;
  }

  /** Index of the first byte behind blank lines and comments; the buffer's length if it is not in the buffer. */
  #recordStart(buffer: Buffer, from: number, atEnd: boolean): number {
    const { comment, lineEnd } = this.#dialect;
    for (let at = from; ; ) {
      if (!this.#inComment) at = afterBlankLines(buffer, at, lineEnd, atEnd);
      if (at === buffer.length || (!this.#inComment && buffer[at] !== comment)) return at;
      at = this.skip(buffer, at);
      this.#inComment = at === -1;
      if (at === -1) return buffer.length;
    }
  }

  /** The first quote at or behind `start`; the buffer's length if there is none. */
  #quoteFrom(buffer: Buffer, start: number): number {
    if (this.#buffer !== buffer || this.#quoteAt < start) {
      const found = buffer.indexOf(this.#dialect.quote, start);
      this.#buffer = buffer;
      this.#quoteAt = found === -1 ? buffer.length : found;
    }
    return this.#quoteAt;
  }

  #record(buffer: Buffer, lineEnd: number, fault: RecordFault | undefined): Found {
    // What is longer than the longest record is shown as it stands, without a look at its end.
    const isWhole = lineEnd <= this.start + this.#maxRecordSize;
    this.end = isWhole ? beforeLineEnd(buffer, this.start, lineEnd, this.#dialect.lineEnd) : lineEnd;
    this.next = lineEnd + 1;
    this.fault = fault;
    return Found.RECORD;
  }

  /** A record that ends with the file. What may begin a line end is none then. */
  #lastRecord(buffer: Buffer, fault: RecordFault | undefined): Found {
    this.end = buffer.length;
    this.next = buffer.length;
    this.fault = fault;
    return Found.RECORD;
  }

  /** A dirty record that goes up to the line end at `lineEnd`, or to the next one to come if that is -1. */
  #broken(buffer: Buffer, lineEnd: number, atEnd: boolean, fault: RecordFault): Found {
    if (lineEnd !== -1) return this.#record(buffer, lineEnd, fault);
    if (atEnd) return this.#lastRecord(buffer, fault);
    if (buffer.length <= this.start + this.#maxRecordSize) return Found.MORE;
    this.fault = fault;
    this.next = buffer.length;
    return Found.OVERLONG;
  }
}
