import { CLOSE_BRACKET, OPEN_BRACKET, QUOTE } from './bytes.js';
import { StringEnd } from './string-end.js';

/** Tells, buffer by buffer, whether an element of an array closes brackets that it has not opened: those around it. */
export class ForeignBrackets {
  #depth = 0;
  #inString = false;
  readonly #stringEnd = new StringEnd();

  begin(): void {
    this.#depth = 0;
    this.#inString = false;
  }

  /** @returns the index of the first such bracket, or -1 */
  search(buffer: Buffer, from: number, stop: number): number {
    for (let at = from; at < stop; at++) {
      if (this.#inString) {
        at = this.#stringEnd.search(buffer, at, stop);
        this.#inString = at === -1;
        if (this.#inString) return -1;
        continue;
      }
      const byte = buffer[at];
      if (byte === OPEN_BRACKET) this.#depth++;
      else if (byte === CLOSE_BRACKET && --this.#depth < 0) return at;
      else if (byte === QUOTE) {
        this.#inString = true;
        this.#stringEnd.begin();
      }
    }
    return -1;
  }
}
