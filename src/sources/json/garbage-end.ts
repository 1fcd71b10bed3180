import { CLOSE_BRACE, COMMA, LF, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './bytes.js';
import { ElementEnd, type EndFinder } from './element-end.js';

/**
 * Finds where reading goes on behind something that should not be there. In an object that is the next comma or
 * closing brace, values being passed over whole; between documents what may be the start of one, or the line's end.
 */
export class GarbageEnd implements EndFinder {
  isOpen = false;
  #inValue = false;
  readonly #valueEnd = new ElementEnd();

  /** @param inObject whether it stands in an object, not between documents */
  begin(inObject: boolean): void {
    this.isOpen = inObject;
    this.#inValue = false;
  }

  search(buffer: Buffer, from: number, stop: number): number {
    for (let at = from; at < stop; at++) {
      const byte = buffer[at];
      if (!this.#inValue) {
        const startsValue = byte === QUOTE || byte === OPEN_BRACE || byte === OPEN_BRACKET;
        const isEnd = this.isOpen ? byte === COMMA || byte === CLOSE_BRACE : byte === LF || startsValue;
        if (isEnd) return at;
        if (!startsValue) continue;
        this.#inValue = true;
        this.#valueEnd.begin(byte);
      }
      const end = this.#valueEnd.search(buffer, at, stop);
      if (end === -1) return -1;
      this.#inValue = false;
      at = end - 1;
    }
    return -1;
  }
}
