import type { RecordFault } from '../../job/fault.js';
import { type Cutter, Found } from '../files/cutter.js';
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, QUOTE, STARTS_VALUE } from './bytes.js';
import {
  EMPTY_ELEMENT,
  INVALID_NAME,
  MISSING_COLON,
  MISSING_COMMA,
  MISSING_NAME,
  MISSING_VALUE,
  OPEN_STRING,
  PATH_NOT_FOUND,
  UNCLOSED,
  UNEXPECTED_TEXT,
} from './faults.js';
import { GarbageEnd } from './garbage-end.js';
import { type Level, PathPlace } from './record-path.js';
import { type Expected, RecordTaker } from './record-taker.js';
import { isNull, isScalar } from './scalar.js';
import { afterWhiteSpace } from './white-space.js';

/**
 * Decides where the records of JSON documents start and end, documents standing one after another: an array where
 * the path leads gives a record an element, anything else there is one. What stands beside the path is passed over,
 * and checked no further than that takes.
 *
 * Reading goes on right behind a record, before the comma. What is not there but should be (`[1,,2]`) is a dirty record
 * without bytes, so that nothing goes by in silence. What should not be there costs the element, or the member of an
 * object on the way, that it stands in.
 *
 * After the last record reading goes on one byte behind the end of the file, because its very end is a place where
 * something unclosed is still to be told of.
 */
export class DocumentCutter extends RecordTaker implements Cutter {
  readonly #garbageEnd = new GarbageEnd();
  #garbageFault = UNEXPECTED_TEXT;

  /** @param context where it goes on, as `context` was there; the start of a file unless given */
  constructor(maxRecordSize: number, levels: readonly Level[], context?: number) {
    super(maxRecordSize, new PathPlace(levels, context));
  }

  protected search(buffer: Buffer, atEnd: boolean): Found {
    for (;;) {
      const found = this.#step(buffer, atEnd);
      if (found !== undefined) return found;
    }
  }

  /** Goes on from `next`. @returns undefined if it went on without coming to anything */
  #step(buffer: Buffer, atEnd: boolean): Found | undefined {
    const { expected } = this;
    if (expected === 'rest of name') return this.#passOver(buffer, atEnd, 'other colon');
    if (expected === 'rest of value') return this.#passOver(buffer, atEnd, 'comma');
    if (expected === 'garbage') return this.#garbage(buffer, atEnd);
    const at = afterWhiteSpace(buffer, this.next);
    if (at >= buffer.length) return this.atEnd(buffer, atEnd);
    if (this.#isNextDocument(buffer, at)) return this.#leave(at);
    if (this.place.member) return this.#inObject(buffer, at, atEnd);
    if (this.place.depth > 0) return this.#inArray(buffer, at, atEnd);
    return STARTS_VALUE[buffer[at]] ? this.#value(buffer, at, atEnd) : this.#unexpected(at, UNEXPECTED_TEXT);
  }

  /** Whether a line starts with a document where one that is open expects something else. */
  #isNextDocument(buffer: Buffer, at: number): boolean {
    if (!this.isLineStart(buffer, at) || !this.place.isNextDocument(buffer[at])) return false;
    return this.place.member
      ? this.expected !== 'value' && this.expected !== 'other value'
      : this.expected === 'comma';
  }

  #leave(at: number): Found {
    this.place.leave();
    return this.record(at, at, UNCLOSED);
  }

  #inArray(buffer: Buffer, at: number, atEnd: boolean): Found | undefined {
    const byte = buffer[at];
    if (this.expected === 'comma') {
      if (byte === COMMA) return this.#expect('next', at + 1);
      return byte === CLOSE_BRACKET ? this.#close(at) : this.#whole(buffer, at, atEnd, MISSING_COMMA);
    }
    if (byte === CLOSE_BRACKET && this.expected === 'first') return this.#close(at);
    if (byte !== COMMA && byte !== CLOSE_BRACKET) return this.#value(buffer, at, atEnd);
    return this.record(at, at, EMPTY_ELEMENT);
  }

  #inObject(buffer: Buffer, at: number, atEnd: boolean): Found | undefined {
    const byte = buffer[at];
    // Where the member that leads on is missing, this is all there is to tell of the object's end.
    if (byte === CLOSE_BRACE && !this.place.found) return this.#close(at);
    switch (this.expected) {
      case 'comma':
        if (byte === COMMA) return this.#expect('next', at + 1);
        return byte === CLOSE_BRACE ? this.#close(at) : this.#unexpected(at, MISSING_COMMA);
      case 'colon':
        return byte === COLON ? this.#expect('value', at + 1) : this.#unexpected(at, MISSING_COLON);
      case 'other colon':
        return byte === COLON ? this.#expect('other value', at + 1) : this.#unexpected(at, MISSING_COLON);
      case 'value':
        if (!STARTS_VALUE[byte]) return this.#unexpected(at, MISSING_VALUE);
        this.place.found = true;
        return this.#value(buffer, at, atEnd);
      case 'other value':
        if (!STARTS_VALUE[byte]) return this.#unexpected(at, MISSING_VALUE);
        return this.#otherValue(buffer, at, atEnd);
      default:
        if (byte === QUOTE) return this.#name(buffer, at, atEnd);
        if (byte === CLOSE_BRACE && this.expected === 'first') return this.#close(at);
        return this.#unexpected(at, byte === COMMA || byte === CLOSE_BRACE ? EMPTY_ELEMENT : MISSING_NAME);
    }
  }

  /** A member's name, which is held in memory as far as it can be the one that leads on. */
  #name(buffer: Buffer, at: number, atEnd: boolean): Found | undefined {
    const { member } = this.place;
    const limit = at + (member?.longest ?? 0);
    const stop = Math.min(buffer.length, limit);
    this.valueEnd.begin(QUOTE);
    const end = this.valueEnd.search(buffer, at, stop);
    if (end !== -1) {
      const leadsOn = member?.matches(buffer, at, end);
      if (leadsOn === undefined && !this.valueEnd.isCutByLine) return this.#unexpected(at, INVALID_NAME);
      return this.#passed(end, leadsOn ? 'colon' : 'other colon');
    }
    if (stop === limit) return this.#expect('rest of name', stop);
    return atEnd ? this.atEnd(buffer, atEnd) : this.more(at);
  }

  /** A value beside the path. Words are short enough to be checked. */
  #otherValue(buffer: Buffer, at: number, atEnd: boolean): Found | undefined {
    this.valueEnd.begin(buffer[at]);
    if (this.valueEnd.isOpen) return this.#expect('rest of value', at);
    const found = this.take(buffer, at, atEnd, this.valueEnd, undefined);
    const isGood = found === Found.RECORD && !this.fault && isScalar(buffer, at, this.end);
    return isGood ? undefined : found;
  }

  #passOver(buffer: Buffer, atEnd: boolean, expected: Expected): Found | undefined {
    const end = this.valueEnd.search(buffer, this.next, buffer.length);
    return end === -1 ? this.atEnd(buffer, atEnd) : this.#passed(end, expected);
  }

  #passed(end: number, expected: Expected): undefined {
    if (this.valueEnd.isCutByLine) this.#unexpected(end, OPEN_STRING);
    else this.#expect(expected, end);
  }

  /** A value on the path: a container that leads on, or a record. */
  #value(buffer: Buffer, at: number, atEnd: boolean): Found | undefined {
    const { place } = this;
    if (buffer[at] === place.opener) {
      place.open();
      return this.#expect('first', at + 1);
    }
    const found = this.#whole(buffer, at, atEnd, place.isOnTheWay ? PATH_NOT_FOUND : undefined);
    if (found === Found.RECORD && place.isAtItsEnd && isNull(buffer, at, this.end))
      this.fault = PATH_NOT_FOUND;
    return found;
  }

  /** A value that is a record, whatever it is. */
  #whole(buffer: Buffer, at: number, atEnd: boolean, fault: RecordFault | undefined): Found {
    this.valueEnd.begin(buffer[at]);
    return this.take(buffer, at, atEnd, this.valueEnd, fault);
  }

  #close(at: number): Found | undefined {
    const { found } = this.place;
    this.place.close();
    if (found) return this.#expect('comma', at + 1);
    this.record(at, at, PATH_NOT_FOUND);
    this.next = at + 1;
    return Found.RECORD;
  }

  #unexpected(at: number, fault: RecordFault): undefined {
    this.#garbageFault = fault;
    this.#expect('garbage', at);
  }

  #garbage(buffer: Buffer, atEnd: boolean): Found {
    this.#garbageEnd.begin(this.place);
    return this.take(buffer, this.next, atEnd, this.#garbageEnd, this.#garbageFault);
  }

  #expect(expected: Expected, next: number): undefined {
    this.expected = expected;
    this.next = next;
  }
}
