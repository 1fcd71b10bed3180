/**
 * How a file gets to UTF-8:
 * - `utf8`: it is there.
 * - `records`: it is taken apart as it stands, and its records are decoded.
 * - `stream`: it is decoded first.
 */
export type Way = 'utf8' | 'records' | 'stream';

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isLetter = (byte: number) => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
const isAtOrAbove40 = (byte: number) => byte >= 0x40;
const isGbTrail = (byte: number) => isDigit(byte) || isAtOrAbove40(byte);

/** Which ASCII bytes may be a part of another character, in encodings where some may. */
const TRAILS: Readonly<Record<string, (byte: number) => boolean>> = {
  gb18030: isGbTrail,
  gbk: isGbTrail,
  big5: isAtOrAbove40,
  shift_jis: isAtOrAbove40,
  'euc-kr': isLetter,
};

/** Encodings in which ASCII bytes may be anything. */
const NOT_ASCII_BASED = ['utf-16le', 'utf-16be', 'iso-2022-jp'];

/**
 * @param encoding its name in the Encoding Standard
 * @param syntax the ASCII characters other than controls that take the file apart; undefined where other text does too
 */
export function wayOf(encoding: string, syntax: string | undefined): Way {
  if (encoding === 'utf-8') return 'utf8';
  if (syntax === undefined || NOT_ASCII_BASED.includes(encoding)) return 'stream';
  const isTrail = TRAILS[encoding] ?? (() => false);
  return [...syntax].some((character) => isTrail(character.charCodeAt(0))) ? 'stream' : 'records';
}
