import { CLOSE_BRACE, CLOSE_BRACKET, ENDS_WORD, LF, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './bytes.js';
import { StringEnd } from './string-end.js';

/** Looks for the end of something, buffer by buffer, in constant memory. */
export interface EndFinder {
  /** @returns the index behind the last byte, or -1 if `stop` comes first; then go on from there */
  search(buffer: Buffer, from: number, stop: number): number;
  /** Whether more must come, after a search that came to `stop`; else the end of the file may end it as well. */
  readonly isOpen: boolean;
}

/**
 * Finds the end of one JSON value.
 *
 * An object ends where its braces are balanced, an array where its brackets are: the other kind is not looked at,
 * so that one that is missing or too many costs its own value alone.
 */
export class ElementEnd implements EndFinder {
  /** Whether it was a string that a line feed has ended; that is then no part of it. */
  isCutByLine = false;
  #first = 0;
  #isFirstByte = true;
  #depth = 0;
  #inString = false;
  readonly #stringEnd = new StringEnd();

  /** @param first the value's first byte, which is the next one to be looked at */
  begin(first: number): void {
    this.isCutByLine = false;
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
    let at = this.#inString ? this.#stringEnd.search(buffer, from, stop) + 1 : from;
    this.#inString &&= at === 0;
    if (this.#inString) return -1;
    for (; at < stop; at++) {
      const byte = buffer[at];
      if (byte === quote) {
        this.#stringEnd.begin();
        at = this.#stringEnd.search(buffer, at + 1, stop);
        if (at === -1) {
          this.#inString = true;
          break;
        }
      } else if (byte === open) depth++;
      else if (byte === close && --depth === 0) return at + 1;
    }
    this.#depth = depth;
    return -1;
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
