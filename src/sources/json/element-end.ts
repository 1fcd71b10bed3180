const BACKSLASH = 0x5c;
const LF = 0x0a;
const QUOTE = 0x22;
export const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Bytes that end a bare word: separators, what starts another value, white space. */
const ENDS_WORD: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  [QUOTE, COMMA, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, 0x20, 0x09, 0x0a, 0x0d].includes(byte),
);

/**
 * Looks for the end of one element of a JSON array, buffer by buffer, in constant memory.
 *
 * An object ends where its braces are balanced, an inner array where its brackets are: the other kind is not looked at,
 * so that one that is missing or too many costs its own element alone. A line feed ends a string, because none may
 * stand in one: a forgotten quote then costs no more than it must.
 */
export class ElementEnd {
  #first = 0;
  #isFirstByte = true;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** @param first the element's first byte, which is the next one to be looked at */
  begin(first: number): void {
    this.#first = first;
    this.#isFirstByte = true;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /** @returns the index behind the element's last byte, or -1 if `stop` comes first; then go on from there */
  search(buffer: Buffer, from: number, stop: number): number {
    if (this.#first === OPEN_BRACE) return this.#nested(buffer, from, stop, OPEN_BRACE, CLOSE_BRACE);
    if (this.#first === OPEN_BRACKET) return this.#nested(buffer, from, stop, OPEN_BRACKET, CLOSE_BRACKET);
    let at = from;
    if (this.#isFirstByte && at < stop) {
      this.#isFirstByte = false;
      at++;
    }
    return this.#first === QUOTE ? this.#string(buffer, at, stop) : this.#word(buffer, at, stop);
  }

  #nested(buffer: Buffer, from: number, stop: number, open: number, close: number): number {
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    for (let at = from; at < stop; at++) {
      const byte = buffer[at];
      if (inString) {
        if (byte === LF) inString = false;
        else if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) {
        inString = true;
        escaped = false;
      } else if (byte === open) depth++;
      else if (byte === close && --depth === 0) return at + 1;
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return -1;
  }

  #string(buffer: Buffer, from: number, stop: number): number {
    for (let at = from; at < stop; at++) {
      const byte = buffer[at];
      if (byte === LF) return at;
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) return at + 1;
    }
    return -1;
  }

  #word(buffer: Buffer, from: number, stop: number): number {
    for (let at = from; at < stop; at++) if (ENDS_WORD[buffer[at]]) return at;
    return -1;
  }
}
