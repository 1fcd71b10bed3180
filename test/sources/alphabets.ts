/** Text in any encoding, made by turning around what `TextDecoder` says. */
import fc from 'fast-check';

/** Encodings in which a character is one byte. */
export const SINGLE_BYTE = [
  'ibm866',
  'iso-8859-2',
  'iso-8859-3',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'iso-8859-8',
  'iso-8859-8-i',
  'iso-8859-10',
  'iso-8859-13',
  'iso-8859-14',
  'iso-8859-15',
  'koi8-r',
  'koi8-u',
  'macintosh',
  'windows-874',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'x-mac-cyrillic',
];

/** Encodings in which a character is one byte or more, and ASCII is ASCII. */
export const MULTI_BYTE = ['gbk', 'gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr'];

/** Encodings that are decoded before a file is taken apart. */
export const STREAMED = ['utf-16le', 'utf-16be', 'iso-2022-jp'];

export const ALL = ['utf-8', ...SINGLE_BYTE, ...MULTI_BYTE, ...STREAMED];

/** The bytes of each character that is not ASCII. */
export type Alphabet = ReadonlyMap<string, readonly number[]>;

const made = new Map<string, Alphabet>();

/** The characters of an encoding whose characters have up to two bytes, and some of its longer ones. */
export function alphabetOf(encoding: string): Alphabet {
  const known = made.get(encoding);
  if (known) return known;
  const alphabet = new Map<string, readonly number[]>();
  const decoder = new TextDecoder(encoding === 'iso-2022-jp' ? 'euc-jp' : encoding, { fatal: true });
  for (const bytes of sequences(encoding)) {
    const character = decodeOne(decoder, bytes);
    // What TextDecoder of Node.js 20 gets wrong are controls and characters for private use. Two bytes of KOI8-U are
    // others: see the comparison with Python.
    const isSure =
      character !== undefined &&
      !/[\0-\x9f\ue000-\uf8ff]/.test(character) &&
      !(encoding === 'koi8-u' && [0xae, 0xbe].includes(bytes[0])) &&
      !(encoding === 'windows-1253' && bytes[0] === 0xaa);
    if (isSure && !alphabet.has(character)) alphabet.set(character, bytes);
  }
  made.set(encoding, alphabet);
  return alphabet;
}

function* sequences(encoding: string): Generator<readonly number[]> {
  for (let first = 0x80; first < 0x100; first++) yield [first];
  if (SINGLE_BYTE.includes(encoding)) return;
  for (let first = 0x81; first < 0xff; first++)
    for (let second = 0x40; second < 0xff; second++) yield [first, second];
  if (encoding === 'gb18030') {
    for (const at of [0, 1, 7456, 39_417, 39_419, 189_000, 250_000, 1_237_575]) yield quad(at);
  }
  if (encoding === 'euc-jp') for (let second = 0xb0; second < 0xc0; second++) yield [0x8f, second, 0xa1];
}

/** The four bytes of a character of GB18030, by its number. */
const quad = (at: number): number[] => [
  0x81 + Math.floor(at / 12_600),
  0x30 + (Math.floor(at / 1260) % 10),
  0x81 + (Math.floor(at / 10) % 126),
  0x30 + (at % 10),
];

function decodeOne(decoder: InstanceType<typeof TextDecoder>, bytes: readonly number[]): string | undefined {
  try {
    const text = decoder.decode(Uint8Array.from(bytes));
    return [...text].length === 1 ? text : undefined;
  } catch {
    return undefined;
  }
}

export function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  const alphabet = alphabetOf(encoding);
  const bytes = [...text].flatMap((character) => {
    if (character < '\x80') return [character.charCodeAt(0)];
    const found = alphabet.get(character);
    if (!found) throw new Error(`${encoding} has no ${character}`);
    return encoding === 'iso-2022-jp' ? escaped(found) : found;
  });
  return Buffer.from(bytes);
}

const escaped = (bytes: readonly number[]): number[] => [
  ...Buffer.from('\x1b$B'),
  ...bytes.map((byte) => byte & 0x7f),
  ...Buffer.from('\x1b(B'),
];

/** Any text that the encoding has, with a good many of the characters that take files apart. */
export function textIn(encoding: string): fc.Arbitrary<string> {
  const ascii = fc.constantFrom('"', ',', '\n', '\r\n', '\\', '{', '}', '[', ']', '|', ' ', 'a', '0', '~');
  const others = hasAll(encoding)
    ? fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((unit) => !/[\0\r]/.test(unit))
    : fc.constantFrom(...charactersOf(encoding));
  const unit = fc.oneof(
    ascii,
    fc.constantFrom(...(hasAll(encoding) ? ['\ufffd', '😀', 'é'] : ['b'])),
    others,
  );
  return fc.string({ unit, maxLength: 12 });
}

const hasAll = (encoding: string): boolean => encoding.startsWith('utf-');

function charactersOf(encoding: string): string[] {
  const all = [...alphabetOf(encoding).entries()];
  // The half-width characters of EUC-JP have no place in ISO-2022-JP as it is written here.
  return (encoding === 'iso-2022-jp' ? all.filter(([, [first]]) => first > 0xa0) : all).map(([one]) => one);
}
