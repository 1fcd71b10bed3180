import { LF } from '../files/bytes.js';
import { CLOSE_BRACE, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './bytes.js';
import { ElementEnd, type EndFinder } from './element-end.js';
import type { PathPlace } from './record-path.js';

/**
 * Finds where reading goes on behind something that should not be there. In an object that is the next comma or
 * closing brace, values being passed over whole, or a line that starts with another document; between documents what may be the start of one, or the line's end.
 */
export class GarbageEnd implements EndFinder {
  isOpen = false;
  isCutByNext = false;
  #place: PathPlace | undefined;
  /** The last byte that was looked at. */
  #last = 0;
  #inValue = false;
  readonly #valueEnd = new ElementEnd();

  /** @param place where it stands: in an object or between documents */
  begin(place: PathPlace): void {
    this.isOpen = place.depth > 0;
    this.isCutByNext = false;
    this.#place = place;
    this.#last = 0;
    this.#inValue = false;
  }

  search(buffer: Buffer, from: number, stop: number): number {
    for (let at = from; at < stop; at++) {
      const byte = buffer[at];
      if (!this.#inValue) {
        const startsValue = byte === QUOTE || byte === OPEN_BRACE || byte === OPEN_BRACKET;
        const isEnd = this.isOpen ? byte === COMMA || byte === CLOSE_BRACE : byte === LF || startsValue;
        this.isCutByNext = this.#last === LF && (this.#place?.isNextDocument(byte) ?? false);
        if (isEnd || this.isCutByNext) return at;
        this.#last = byte;
        if (!startsValue) continue;
        this.#inValue = true;
        this.#valueEnd.begin(byte);
      }
      const end = this.#valueEnd.search(buffer, at, stop);
      if (end === -1) {
        if (stop > 0) this.#last = buffer[stop - 1];
        return -1;
      }
      this.#inValue = false;
      if (end > 0) this.#last = buffer[end - 1];
      at = end - 1;
    }
    return -1;
  }
}
