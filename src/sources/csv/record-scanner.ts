import type { RecordFault } from '../../job/fault.js';
import { type Cutter, Found } from '../files/cutter.js';
import { CR, type Dialect, LF } from './dialect.js';
import { RECORD_TOO_LONG, STRAY_QUOTE, UNCLOSED_QUOTE } from './faults.js';

/** How a walk through a record with quotes ended, where it did not come to a line end. */
const RAN_OUT = -1;
const RAN_OUT_IN_QUOTE = -2;
const STRAY = -3;

/**
 * Decides where a record of a CSV file ends.
 *
 * - A record ends at a line feed that does not stand in quotes; a carriage return before it belongs to the line end.
 * - A quote opens only at a field's start. In quotes, the escape character takes the meaning from the next byte (where
 *   it is the quote itself, it does so only before a quote); line ends belong to the field.
 * - After a closing quote only the delimiter, a line end or the end of the file may follow. Where something else does,
 *   or a quote is not closed within the longest record or the file, the quote must be wrong: the bytes up to the first
 *   line feed are a dirty record, and the next one starts behind it.
 * - A quote inside a field that does not start with one makes the record dirty, but opens nothing.
 * - A line without a byte in it is no record.
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
  /** The buffer of the last call, and the index of its next quote. */
  #buffer: Buffer | undefined;
  #quoteAt = -1;
  /** Whether the last walk saw a quote inside an unquoted field. */
  #stray = false;

  constructor(dialect: Dialect, maxRecordSize: number) {
    this.#dialect = dialect;
    this.#maxRecordSize = maxRecordSize;
  }

  find(buffer: Buffer, from: number, atEnd: boolean): Found {
    const start = this.#afterBlankLines(buffer, from, atEnd);
    this.start = start;
    this.next = start;
    this.fault = undefined;
    if (start === buffer.length) return atEnd ? Found.END : Found.MORE;
    if (!atEnd && start === buffer.length - 1 && buffer[start] === CR) return Found.MORE;

    const lineEnd = buffer.indexOf(LF, start);
    const quote = this.#quoteFrom(buffer, start);
    // The line feed of the longest record; what is not known of a record up to here does not matter.
    const limit = start + this.#maxRecordSize;
    if (lineEnd === -1 ? quote === buffer.length : quote > lineEnd) {
      if (lineEnd !== -1) return this.#record(buffer, lineEnd, lineEnd > limit ? RECORD_TOO_LONG : undefined);
      if (buffer.length > limit) return this.#broken(buffer, -1, atEnd, RECORD_TOO_LONG);
      return atEnd ? this.#lastRecord(buffer, undefined) : Found.MORE;
    }

    const stop = Math.min(buffer.length, limit + 1);
    const walked = this.#walk(buffer, quote, start, stop, atEnd && buffer.length <= limit);
    if (walked >= 0) {
      const fault = this.#stray ? STRAY_QUOTE : undefined;
      return walked === buffer.length ? this.#lastRecord(buffer, fault) : this.#record(buffer, walked, fault);
    }
    if (walked === STRAY) return this.#broken(buffer, lineEnd, atEnd, STRAY_QUOTE);
    if (stop <= limit && !atEnd) return Found.MORE;
    return walked === RAN_OUT_IN_QUOTE
      ? this.#broken(buffer, lineEnd, atEnd, UNCLOSED_QUOTE)
      : this.#broken(buffer, buffer.indexOf(LF, limit + 1), atEnd, RECORD_TOO_LONG);
  }

  skip(buffer: Buffer, from: number): number {
    return buffer.indexOf(LF, from) + 1 || -1;
  }

  #afterBlankLines(buffer: Buffer, from: number, atEnd: boolean): number {
    let at = from;
    for (; at < buffer.length; at++) {
      const byte = buffer[at];
      if (byte === LF) continue;
      const isBlank = byte === CR && (at + 1 < buffer.length ? buffer[at + 1] === LF : atEnd);
      if (!isBlank) break;
    }
    return at;
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

  /**
   * Goes through the record at `start` from its first quote on, before which there is no line end.
   * @param stop index to stop at
   * @param isEnd whether the file ends at `stop`
   * @returns index of the line feed at its end or of the file's end; else one of the constants above
   */
  #walk(buffer: Buffer, quoteAt: number, start: number, stop: number, isEnd: boolean): number {
    const { delimiter, quote, escape: escaper } = this.#dialect;
    this.#stray = false;
    let at = quoteAt;
    let fieldStarts = at === start || buffer[at - 1] === delimiter;
    while (at < stop) {
      if (!fieldStarts || buffer[at] !== quote) {
        let byte = buffer[at];
        while (byte !== delimiter && byte !== LF) {
          if (byte === quote) this.#stray = true;
          if (++at === stop) return isEnd ? stop : RAN_OUT;
          byte = buffer[at];
        }
        if (byte === LF) return at;
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
        if (buffer[at] === LF) return at;
        if (buffer[at] === CR && at + 1 < stop && buffer[at + 1] === LF) return at + 1;
        if (buffer[at] === CR && at + 1 === stop && !isEnd) return RAN_OUT;
        if (buffer[at] !== delimiter) return STRAY;
      }
      at++;
      fieldStarts = true;
    }
    return isEnd ? stop : RAN_OUT;
  }

  #record(buffer: Buffer, lineEnd: number, fault: RecordFault | undefined): Found {
    // What is longer than the longest record is shown as it stands, without a look at its end.
    const isWhole = lineEnd <= this.start + this.#maxRecordSize;
    this.end = isWhole && lineEnd > this.start && buffer[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    this.next = lineEnd + 1;
    this.fault = fault;
    return Found.RECORD;
  }

  /** A record that ends with the file. A carriage return at its end is no line end. */
  #lastRecord(buffer: Buffer, fault: RecordFault | undefined): Found {
    this.end = buffer.length;
    this.next = buffer.length;
    this.fault = fault;
    return Found.RECORD;
  }

  /** A dirty record that goes up to the line feed at `lineEnd`, or to the next one to come if that is -1. */
  #broken(buffer: Buffer, lineEnd: number, atEnd: boolean, fault: RecordFault): Found {
    if (lineEnd !== -1) return this.#record(buffer, lineEnd, fault);
    if (atEnd) return this.#lastRecord(buffer, fault);
    if (buffer.length <= this.start + this.#maxRecordSize) return Found.MORE;
    this.fault = fault;
    this.next = buffer.length;
    return Found.OVERLONG;
  }
}
