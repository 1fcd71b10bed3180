import { LF } from '../files/bytes.js';
import { BACKSLASH, QUOTE } from './bytes.js';

/** Bytes that are looked at one by one, before it is worth while to call a search for the quote. */
const NEAR = 32;

/**
 * Finds the end of a JSON string, buffer by buffer. A line feed ends it as well, because none may stand in one: a
 * forgotten quote then costs no more than it must.
 */
export class StringEnd {
  #escaped = false;
  /** The first line feed at or behind an index of a buffer, so that it is looked for once, not once a string. */
  #lineEnd = -1;
  #lineEndFrom = 0;
  #lineEndBuffer: Buffer | undefined;

  /** The search is about to start behind a string's opening quote. */
  begin(): void {
    this.#escaped = false;
  }

  /** @returns the index of the closing quote, or of the line feed; -1 if `stop` comes first: then go on from there */
  search(buffer: Buffer, from: number, stop: number): number {
    const near = Math.min(stop, from + NEAR);
    // Imported constants are slower than local ones in a loop over bytes.
    const [backslash, quote, lf] = [BACKSLASH, QUOTE, LF];
    let escaped = this.#escaped;
    for (let at = from; at < near; at++) {
      const byte = buffer[at];
      if (byte > backslash) escaped = false;
      else if (byte === lf || (byte === quote && !escaped)) return at;
      else escaped = byte === backslash && !escaped;
    }
    this.#escaped = escaped;
    return near === stop ? -1 : this.#far(buffer, near, stop);
  }

  #far(buffer: Buffer, from: number, stop: number): number {
    const lineEnd = this.#nextLineEnd(buffer, from);
    const end = Math.min(lineEnd, stop);
    // What is escaped is an even number of backslashes away from the escape's first.
    let at = this.#escaped && from < end ? from + 1 : from;
    this.#escaped &&= at === from;
    while (at < end) {
      const found = buffer.indexOf(QUOTE, at);
      const quote = found === -1 || found > end ? end : found;
      let firstBackslash = quote;
      while (firstBackslash > at && buffer[firstBackslash - 1] === BACKSLASH) firstBackslash--;
      const isEscaped = (quote - firstBackslash) % 2 === 1;
      if (quote === end) {
        this.#escaped = isEscaped;
        break;
      }
      if (!isEscaped) return quote;
      at = quote + 1;
    }
    return lineEnd < stop ? lineEnd : -1;
  }

  #nextLineEnd(buffer: Buffer, from: number): number {
    const isKnown = buffer === this.#lineEndBuffer && from >= this.#lineEndFrom && from <= this.#lineEnd;
    if (!isKnown) {
      const found = buffer.indexOf(LF, from);
      this.#lineEnd = found === -1 ? Infinity : found;
      this.#lineEndFrom = from;
      this.#lineEndBuffer = buffer;
    }
    return this.#lineEnd;
  }
}
