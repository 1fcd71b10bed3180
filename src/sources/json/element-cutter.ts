import type { RecordFault } from '../../job/fault.js';
import { type Cutter, Found } from '../files/cutter.js';
import { CLOSE_BRACKET, COMMA, ElementEnd } from './element-end.js';
import { RECORD_TOO_LONG } from './object-check.js';
import { afterWhiteSpace } from './white-space.js';

const UNCLOSED: RecordFault = {
  code: 'unclosed',
  message: 'the file ends before this element, or the array itself, is closed',
};
const EMPTY_ELEMENT: RecordFault = {
  code: 'empty_element',
  message: 'a comma stands here with no element before it, or none after the one before',
};
const MISSING_COMMA: RecordFault = {
  code: 'missing_comma',
  message: 'no comma stands between this element and the one before it',
};
const TRAILING_TEXT: RecordFault = {
  code: 'trailing_text',
  message: 'something follows the end of the array',
};

/** Where in the document the search stands: what may come next. */
type Expected = 'array' | 'first element' | 'element' | 'comma' | 'nothing' | 'end';

/**
 * Decides where the elements of an array of objects start and end. Reading goes on right behind an element, before
 * the comma. An element that is not there (`[1,,2]`) is a dirty record without bytes, as is the end of an array that
 * is not closed; so that nothing goes by in silence.
 *
 * After the last record reading goes on one byte behind the end of the file, because its very end is a place where an
 * unclosed array is still to be told of.
 */
export class ElementCutter implements Cutter {
  start = 0;
  end = 0;
  next = 0;
  fault: RecordFault | undefined;
  #expected: Expected;
  readonly #maxRecordSize: number;
  readonly #elementEnd = new ElementEnd();

  /** @param first whether the search begins at the opening bracket, not behind an element */
  constructor(maxRecordSize: number, first: boolean) {
    this.#maxRecordSize = maxRecordSize;
    this.#expected = first ? 'array' : 'comma';
  }

  find(buffer: Buffer, from: number, atEnd: boolean): Found {
    for (let at = from; ; at++) {
      at = afterWhiteSpace(buffer, at);
      if (at >= buffer.length || this.#expected === 'end') return this.#atEnd(buffer, at, atEnd);
      const byte = buffer[at];
      switch (this.#expected) {
        case 'array':
          this.#expected = 'first element';
          break;
        case 'first element':
          if (byte === COMMA) return this.#missing(at, EMPTY_ELEMENT);
          if (byte !== CLOSE_BRACKET) return this.#element(buffer, at, atEnd, undefined);
          this.#expected = 'nothing';
          break;
        case 'element':
          if (byte === COMMA || byte === CLOSE_BRACKET) return this.#missing(at, EMPTY_ELEMENT);
          return this.#element(buffer, at, atEnd, undefined);
        case 'comma':
          if (byte !== COMMA && byte !== CLOSE_BRACKET) {
            return this.#element(buffer, at, atEnd, MISSING_COMMA);
          }
          this.#expected = byte === COMMA ? 'element' : 'nothing';
          break;
        case 'nothing':
          return this.#trailing(buffer, at, atEnd);
      }
    }
  }

  skip(buffer: Buffer, from: number): number {
    return this.#expected === 'end' ? -1 : this.#elementEnd.search(buffer, from, buffer.length);
  }

  #atEnd(buffer: Buffer, at: number, atEnd: boolean): Found {
    this.start = at;
    this.next = at;
    if (!atEnd) return Found.MORE;
    const isClosed = this.#expected === 'array' || this.#expected === 'nothing' || this.#expected === 'end';
    if (!isClosed) {
      this.#missing(at, UNCLOSED);
      this.#expected = 'end';
      return Found.RECORD;
    }
    this.next = buffer.length + 1;
    return Found.END;
  }

  /** A dirty record without bytes, for what should stand at `at`. */
  #missing(at: number, fault: RecordFault): Found {
    this.#expected = 'comma';
    return this.#record(at, at, fault);
  }

  #element(buffer: Buffer, at: number, atEnd: boolean, fault: RecordFault | undefined): Found {
    const limit = at + this.#maxRecordSize;
    const stop = Math.min(buffer.length, limit);
    this.#elementEnd.begin(buffer[at]);
    const end = this.#elementEnd.search(buffer, at, stop);
    if (end !== -1) {
      this.#expected = 'comma';
      return this.#record(at, end, fault);
    }
    this.start = at;
    if (stop === limit) {
      this.#expected = 'comma';
      this.fault = RECORD_TOO_LONG;
      this.next = stop;
      return Found.OVERLONG;
    }
    if (!atEnd) {
      this.next = at;
      return Found.MORE;
    }
    this.#expected = 'end';
    return this.#record(at, buffer.length, UNCLOSED);
  }

  #trailing(buffer: Buffer, at: number, atEnd: boolean): Found {
    this.start = at;
    this.next = at;
    const isOverlong = buffer.length > at + this.#maxRecordSize;
    if (!atEnd && !isOverlong) return Found.MORE;
    this.#expected = 'end';
    if (atEnd) return this.#record(at, buffer.length, TRAILING_TEXT);
    this.fault = TRAILING_TEXT;
    this.next = buffer.length;
    return Found.OVERLONG;
  }

  #record(start: number, end: number, fault: RecordFault | undefined): Found {
    this.start = start;
    this.end = end;
    this.next = end;
    this.fault = fault;
    return Found.RECORD;
  }
}
