import { LF } from '../files/bytes.js';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  ENDS_WORD,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './bytes.js';
import { StringEnd } from './string-end.js';
import { isWhiteSpace } from './white-space.js';

/** Looks for the end of something, buffer by buffer, in constant memory. */
export interface EndFinder {
  /** @returns the index behind the last byte, or -1 if `stop` comes first; then go on from there */
  search(buffer: Buffer, from: number, stop: number): number;
  /** Whether more must come, after a search that came to `stop`; else the end of the file may end it as well. */
  readonly isOpen: boolean;
  /** Whether the end found is only the start of a line with what must be something new. */
  readonly isCutByNext: boolean;
}

/**
 * Finds the end of one JSON value.
 *
 * An object ends where its braces are balanced, an array where its brackets are: the other kind is not looked at,
 * so that one that is missing or too many costs its own value alone. Where a line begins with one of its kind behind
 * something that no value can follow, the end must be missing: it ends there.
 */
export class ElementEnd implements EndFinder {
  /** Whether it was a string that a line feed has ended; that is then no part of it. */
  isCutByLine = false;
  isCutByNext = false;
  #first = 0;
  #isFirstByte = true;
  #depth = 0;
  #inString = false;
  /** Where a line feed has ended a string. */
  #brokenAt = -1;
  #brokenBuffer: Buffer | undefined;
  /** The last byte before the buffer, and the last one there that is no white space. */
  #before = 0;
  #tokenBefore = 0;
  readonly #stringEnd = new StringEnd();

  /** @param first the value's first byte, which is the next one to be looked at */
  begin(first: number): void {
    this.isCutByLine = false;
    this.isCutByNext = false;
    this.#brokenBuffer = undefined;
    this.#first = first;
    this.#isFirstByte = true;
    this.#depth = 0;
    this.#inString = false;
  }

  get isOpen(): boolean {
    return this.#first === OPEN_BRACE || this.#first === OPEN_BRACKET || this.#first === QUOTE;
  }

  search(buffer: Buffer, from: number, stop: number): number {
    if (this.#first === OPEN_BRACE) return this.#nested(buffer, from, stop, OPEN_BRACE, CLOSE_BRACE);
    if (this.#first === OPEN_BRACKET) return this.#nested(buffer, from, stop, OPEN_BRACKET, CLOSE_BRACKET);
    let at = from;
    if (this.#isFirstByte && at < stop) {
      this.#isFirstByte = false;
      this.#stringEnd.begin();
      at++;
    }
    return this.#first === QUOTE ? this.#string(buffer, at, stop) : this.#word(buffer, at, stop);
  }

  #nested(buffer: Buffer, from: number, stop: number, open: number, close: number): number {
    const quote = QUOTE;
    let depth = this.#depth;
    let at = this.#inString ? this.#nestedString(buffer, from, stop) + 1 : from;
    if (this.#inString) return -1;
    for (; at < stop; at++) {
      const byte = buffer[at];
      if (byte === quote) {
        this.#stringEnd.begin();
        at = this.#nestedString(buffer, at + 1, stop);
        if (at === -1) break;
      } else if (byte === open) {
        if (depth > 0 && this.#isNext(buffer, at)) {
          this.isCutByNext = true;
          return at;
        }
        depth++;
      } else if (byte === close && --depth === 0) return at + 1;
    }
    this.#depth = depth;
    if (stop > 0) {
      this.#tokenBefore = this.#lastToken(buffer, stop);
      this.#before = buffer[stop - 1];
    }
    return -1;
  }

  #nestedString(buffer: Buffer, from: number, stop: number): number {
    const end = this.#stringEnd.search(buffer, from, stop);
    this.#inString = end === -1;
    if (end !== -1 && buffer[end] === LF) {
      this.#brokenAt = end;
      this.#brokenBuffer = buffer;
    }
    return end;
  }

  /** Whether what opens at `at` can't be inside of what is open: it starts a line, and a value may not stand there. */
  #isNext(buffer: Buffer, at: number): boolean {
    if ((at > 0 ? buffer[at - 1] : this.#before) !== LF) return false;
    const token = this.#lastToken(buffer, at);
    return token !== COMMA && token !== COLON && token !== OPEN_BRACKET;
  }

  /** The last byte before `end` that is no white space; a quote for all of a string that a line feed has ended. */
  #lastToken(buffer: Buffer, end: number): number {
    const broken = buffer === this.#brokenBuffer ? this.#brokenAt : -1;
    for (let at = end - 1; at >= 0; at--) {
      if (at === broken) return QUOTE;
      if (!isWhiteSpace(buffer[at])) return buffer[at];
    }
    return this.#tokenBefore;
  }

  #string(buffer: Buffer, from: number, stop: number): number {
    const end = this.#stringEnd.search(buffer, from, stop);
    this.isCutByLine = end !== -1 && buffer[end] === LF;
    return end === -1 || this.isCutByLine ? end : end + 1;
  }

  #word(buffer: Buffer, from: number, stop: number): number {
    for (let at = from; at < stop; at++) if (ENDS_WORD[buffer[at]]) return at;
    return -1;
  }
}
