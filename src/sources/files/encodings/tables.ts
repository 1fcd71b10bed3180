import { correctSingles } from './corrections.js';
import { type LongSequences, longSequences } from './long-sequences.js';
import { addUnifiedHangul } from './unified-hangul.js';

/** Stands in a table for bytes that stand for no character. */
export const NONE = -1;
/** Stands in a table for a byte that starts a sequence. */
export const LEAD = -2;

/** What the bytes of an encoding stand for: code points, {@link NONE} or {@link LEAD}. ASCII stands for itself. */
export interface Tables {
  /** By the byte. */
  readonly singles: Int32Array;
  /** By the first byte times 256 and the second one. */
  readonly doubles: Int32Array;
  /** Sequences of three or four bytes, where the encoding has them. */
  readonly longer: LongSequences | undefined;
}

const REPLACEMENT = 0xfffd;

/** Encodings with characters of more than one byte. */
const MULTI_BYTE = ['gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr'];

/**
 * Encodings that have characters for private use. Elsewhere these are what ICU makes of bytes that the standard does
 * not know, or knows as other characters (those of Hong Kong in Big5): a guess.
 */
const WITH_PRIVATE_USE = ['gb18030', 'shift_jis', 'macintosh'];

const made = new Map<string, Tables>();

/**
 * The tables of an encoding, by its name in the standard; not for UTF-8, UTF-16 and ISO-2022-JP.
 *
 * They are read off `TextDecoder` once. To decode by them is as fast as by it; they give every record its own end, tell
 * a replacement character in the text from one for an error, and are the same in all versions of Node.js.
 */
export function tablesOf(encoding: string): Tables {
  // In the standard GBK is decoded as GB18030. TextDecoder of Node.js 20 does not, and then lacks characters.
  const name = encoding === 'gbk' ? 'gb18030' : encoding;
  const tables = made.get(name) ?? makeTables(name);
  made.set(name, tables);
  return tables;
}

function makeTables(encoding: string): Tables {
  const codePoint = codePoints(encoding);
  const isMultiByte = MULTI_BYTE.includes(encoding);
  const singles = new Int32Array(256).fill(NONE);
  for (let byte = 0; byte < 0x80; byte++) singles[byte] = byte;
  for (let byte = 0x80; byte < 0x100; byte++) {
    const found = codePoint(byte);
    // ICU takes bytes that stand for nothing in these encodings for control characters.
    singles[byte] = isMultiByte && found < 0xa0 ? NONE : found;
  }
  if (!isMultiByte) {
    correctSingles(encoding, singles);
    return { singles, doubles: new Int32Array(0), longer: undefined };
  }
  const doubles = new Int32Array(0x10000).fill(NONE);
  for (let first = 0x81; first < 0xff; first++) {
    if (singles[first] !== NONE) continue;
    singles[first] = LEAD;
    for (let second = 0x40; second < 0xff; second++) {
      doubles[first * 256 + second] = codePoint(first, second);
    }
  }
  if (encoding === 'euc-kr') addUnifiedHangul(doubles);
  return { singles, doubles, longer: longSequences(encoding, codePoint) };
}

/** What bytes stand for; {@link NONE} unless it is just one character, and none of ASCII. */
function codePoints(encoding: string): (...bytes: number[]) => number {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  const hasPrivateUse = WITH_PRIVATE_USE.includes(encoding);
  return (...bytes) => {
    const text = decoder.decode(Uint8Array.from(bytes));
    const found = text.codePointAt(0) ?? NONE;
    const isOne = text.length === (found > 0xffff ? 2 : 1) && found >= 0x80 && found !== REPLACEMENT;
    return isOne && (hasPrivateUse || found < 0xe000 || found > 0xf8ff) ? found : NONE;
  };
}
