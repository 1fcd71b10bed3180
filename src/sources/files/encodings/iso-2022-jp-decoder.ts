import { type Decoder, UNDECODABLE } from './decoder.js';
import { NONE, tablesOf } from './tables.js';
import { writeCodePoint } from './utf8.js';

const ESCAPE = 0x1b;
const LF = 0x0a;

/** What the bytes mean, by the two bytes behind an escape. */
const MODES: Readonly<Record<string, Mode>> = {
  '(B': 'ascii',
  '(J': 'roman',
  '(I': 'katakana',
  $B: 'jis',
  '$@': 'jis',
};
type Mode = 'ascii' | 'roman' | 'katakana' | 'jis';

/**
 * Decodes ISO-2022-JP. A line end starts over in ASCII, as RFC 1468 has it, so that a line that is broken costs no more
 * than itself.
 */
export class Iso2022JpDecoder implements Decoder {
  read = 0;
  failed = false;
  #mode: Mode = 'ascii';
  /** EUC-JP has the same characters, with the highest bit set. */
  readonly #doubles = tablesOf('euc-jp').doubles;

  decode(source: Buffer, from: number, to: number, target: Buffer, at: number, isLast: boolean): number {
    this.failed = false;
    let i = from;
    let end = at;
    while (i < to) {
      const byte = source[i];
      let length = 1;
      let codePoint: number;
      if (byte === ESCAPE) {
        if (i + 2 >= to && !isLast) break;
        const mode = MODES[source.toString('latin1', i + 1, Math.min(i + 3, to))];
        if (mode) {
          this.#mode = mode;
          i += 3;
          continue;
        }
        codePoint = NONE;
      } else if (this.#mode === 'jis' && byte > 0x20 && byte < 0x7f) {
        if (i + 1 === to && !isLast) break;
        const second = i + 1 < to ? source[i + 1] : 0;
        const isPair = second > 0x20 && second < 0x7f;
        codePoint = isPair ? this.#doubles[(byte | 0x80) * 256 + (second | 0x80)] : NONE;
        if (isPair) length = 2;
      } else {
        if (byte === LF) this.#mode = 'ascii';
        codePoint = this.#single(byte);
      }
      i += length;
      if (codePoint === NONE) {
        this.failed = true;
        target[end++] = UNDECODABLE;
      } else {
        end = writeCodePoint(target, end, codePoint);
      }
    }
    this.read = i;
    return end;
  }

  #single(byte: number): number {
    if (byte === 0x0e || byte === 0x0f || byte >= 0x80) return NONE;
    if (this.#mode === 'roman') return byte === 0x5c ? 0xa5 : byte === 0x7e ? 0x203e : byte;
    if (this.#mode === 'katakana' && byte > 0x20) return byte < 0x60 ? 0xff40 + byte : NONE;
    return byte;
  }
}
