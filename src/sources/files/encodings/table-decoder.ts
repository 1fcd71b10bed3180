import { type Decoder, UNDECODABLE } from './decoder.js';
import type { LongSequences } from './long-sequences.js';
import { LEAD, NONE, type Tables } from './tables.js';
import { writeCodePoint } from './utf8.js';

/** What a look at an unusual sequence came to, where it is not a code point. */
const INCOMPLETE = -3;

/**
 * Decodes by tables. Of a pair that stands for nothing both bytes are lost, but never an ASCII byte, as the Encoding
 * Standard says: it may be a quote or a line end.
 */
export class TableDecoder implements Decoder {
  read = 0;
  failed = false;
  readonly #tables: Tables;
  /** How many bytes the last unusual sequence has. */
  #length = 1;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  decode(source: Buffer, from: number, to: number, target: Buffer, at: number, isLast: boolean): number {
    const { singles, doubles } = this.#tables;
    this.failed = false;
    let i = from;
    let end = at;
    while (i < to) {
      const first = source[i];
      if (first < 0x80) {
        target[end++] = first;
        i++;
        continue;
      }
      let length = 1;
      let codePoint = singles[first];
      if (codePoint === LEAD && i + 1 < to) {
        codePoint = doubles[first * 256 + source[i + 1]];
        length = 2;
      }
      if (codePoint < 0) {
        codePoint = this.#unusual(source, i, to, isLast);
        if (codePoint === INCOMPLETE) break;
        length = this.#length;
      }
      i += length;
      if (codePoint >= 0x800 && codePoint < 0x10000) {
        target[end++] = 0xe0 | (codePoint >> 12);
        target[end++] = 0x80 | ((codePoint >> 6) & 0x3f);
        target[end++] = 0x80 | (codePoint & 0x3f);
      } else if (codePoint === NONE) {
        target[end++] = UNDECODABLE;
        this.failed = true;
      } else {
        end = writeCodePoint(target, end, codePoint);
      }
    }
    this.read = i;
    return end;
  }

  /** The code point of what is neither one nor two bytes at `i`, if it is any. */
  #unusual(source: Buffer, i: number, to: number, isLast: boolean): number {
    const { singles, longer } = this.#tables;
    this.#length = 1;
    if (singles[source[i]] !== LEAD) return NONE;
    const matched = longer ? countInRanges(source, i, to, longer.ranges) : 0;
    if (matched === longer?.ranges.length) {
      this.#length = matched;
      return longer.codePoint(source, i);
    }
    if (!isLast && i + Math.max(matched, 1) === to) return INCOMPLETE;
    if (matched < 2 && i + 1 < to && source[i + 1] >= 0x80) this.#length = 2;
    return NONE;
  }
}

/** How many bytes from `at` on are in their range. */
function countInRanges(source: Buffer, at: number, to: number, ranges: LongSequences['ranges']): number {
  const limit = Math.min(ranges.length, to - at);
  let count = 0;
  while (count < limit && source[at + count] >= ranges[count][0] && source[at + count] <= ranges[count][1])
    count++;
  return count;
}
