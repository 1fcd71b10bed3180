/** Characters of three or four bytes. */
export interface LongSequences {
  /** The lowest and the highest value of each byte. */
  readonly ranges: readonly (readonly [low: number, high: number])[];
  /** The code point that the bytes at `at` stand for, each of them in its range; -1 for none. */
  codePoint(source: Buffer, at: number): number;
}

type CodePoint = (...bytes: number[]) => number;

/** @param codePoint asks TextDecoder; what it says is remembered */
export function longSequences(encoding: string, codePoint: CodePoint): LongSequences | undefined {
  if (encoding === 'gb18030') return gb18030(codePoint);
  return encoding === 'euc-jp' ? jisX0212(codePoint) : undefined;
}

const UNKNOWN = -2;

/** GB18030 numbers its four bytes through: first what two bytes do not have, then, from `SUPPLEMENTARY` on, the rest of Unicode. */
function gb18030(codePoint: CodePoint): LongSequences {
  const SUPPLEMENTARY = 189_000;
  const BASIC = 39_420;
  const REPLACEMENT = 39_417;
  const basic = new Int32Array(BASIC).fill(UNKNOWN);
  basic[REPLACEMENT] = 0xfffd;
  return {
    ranges: [
      [0x81, 0xfe],
      [0x30, 0x39],
      [0x81, 0xfe],
      [0x30, 0x39],
    ],
    codePoint(source, at) {
      const [first, second, third, fourth] = [source[at], source[at + 1], source[at + 2], source[at + 3]];
      const number = (((first - 0x81) * 10 + second - 0x30) * 126 + third - 0x81) * 10 + fourth - 0x30;
      if (number >= SUPPLEMENTARY) {
        const found = 0x10000 + number - SUPPLEMENTARY;
        return found <= 0x10ffff ? found : -1;
      }
      if (number >= BASIC) return -1;
      if (basic[number] === UNKNOWN) basic[number] = codePoint(first, second, third, fourth);
      return basic[number];
    },
  };
}

/** The supplement to JIS X 0208 in EUC-JP. */
function jisX0212(codePoint: CodePoint): LongSequences {
  const SHIFT = 0x8f;
  const known = new Int32Array(94 * 94).fill(UNKNOWN);
  return {
    ranges: [
      [SHIFT, SHIFT],
      [0xa1, 0xfe],
      [0xa1, 0xfe],
    ],
    codePoint(source, at) {
      const number = (source[at + 1] - 0xa1) * 94 + source[at + 2] - 0xa1;
      if (known[number] === UNKNOWN) known[number] = codePoint(SHIFT, source[at + 1], source[at + 2]);
      return known[number];
    },
  };
}
