import { type Fault, userFault } from '../../job/fault.js';

interface Kind {
  readonly what: string;
  readonly bytes: readonly number[];
  /** Where they stand. @default 0 */
  readonly at?: number;
  readonly code: string;
  readonly mend: string;
}

const UNPACK = 'Unpack it, and name the files in it in source.path.';
const DECOMPRESS = 'Decompress it, or compress it by gzip or zstd and let its name end in .gz or .zst.';
const compressed = (what: string, bytes: readonly number[], mend = DECOMPRESS): Kind => ({
  what,
  bytes,
  code: 'unsupported_compression',
  mend,
});

/** A text may well have the letters there, but no NUL behind them. */
const tar = (mark: string): Kind => ({
  what: 'a tar archive',
  bytes: [...Buffer.from(mark)],
  at: 257,
  code: 'unsupported_archive',
  mend: UNPACK,
});

const GZIP = compressed('gzip', [0x1f, 0x8b], 'Let its name end in .gz, or decompress it.');
const ZSTD = compressed('zstd', [0x28, 0xb5, 0x2f, 0xfd], 'Let its name end in .zst, or decompress it.');

/** First bytes of what can't be read as text. */
const KINDS: readonly Kind[] = [
  GZIP,
  ZSTD,
  compressed('a zip archive', [0x50, 0x4b, 0x03, 0x04]),
  ...[...'123456789'].map((level) => compressed('bzip2', [...Buffer.from(`BZh${level}1AY`)])),
  compressed('xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
  tar('ustar\0'),
  tar('ustar  \0'),
  {
    what: 'UTF-32',
    bytes: [0xff, 0xfe, 0x00, 0x00],
    code: 'unsupported_encoding',
    mend: 'Convert it to UTF-8: iconv -f UTF-32 -t UTF-8 file > new-file.',
  },
];

const TAR_NAME = /\.(tar(\.[a-z0-9]+)?|tgz|tzst|tbz2?|txz)$/i;

const UTF8_MARK = [0xef, 0xbb, 0xbf];

/** Byte order marks, by the encoding that they tell. No text of another encoding starts so. */
const MARKS: Readonly<Record<string, readonly number[]>> = {
  'utf-8': UTF8_MARK,
  'utf-16le': [0xff, 0xfe],
  'utf-16be': [0xfe, 0xff],
  gb18030: [0x84, 0x31, 0x95, 0x33],
};

/** Bytes at the start of a file that {@link strangeContent} looks at. */
export const MAGIC_BYTES = 265;

/** Bytes at the start of a text that {@link markLength} looks at. */
export const MARK_BYTES = 4;

/** What is wrong with a file whose name says that it is an archive. */
export function strangeName(path: string): Fault | undefined {
  return TAR_NAME.test(path)
    ? userFault('unsupported_archive', `${path} is a tar archive by its name, not text`, UNPACK)
    : undefined;
}

/** What is wrong with content that starts with `head`: it is not text of the encoding, but something known. */
export function strangeContent(path: string, head: Buffer, encoding: string): Fault | undefined {
  const kind = KINDS.find(({ bytes, at }) => stands(bytes, head, at));
  if (kind)
    return userFault(kind.code, `${path} holds ${kind.what}, which is not read as it stands`, kind.mend);
  const marked = Object.keys(MARKS).find((name) => stands(MARKS[name], head));
  if (marked === undefined || marked === encoding || (marked === 'gb18030' && encoding === 'gbk'))
    return undefined;
  return userFault(
    'wrong_encoding',
    `${path} starts with the byte order mark of ${marked}, but source.encoding is ${encoding}`,
    `Set source.encoding to ${marked}, or move the files of each encoding by a job of their own.`,
  );
}

export const isGzip = (head: Buffer): boolean => stands(GZIP.bytes, head);

/** A skippable frame may come first. */
export const isZstd = (head: Buffer): boolean =>
  stands(ZSTD.bytes, head) || (stands([0x2a, 0x4d, 0x18], head, 1) && head[0] >> 4 === 5);

/**
 * Bytes of the byte order mark at the start of what is taken apart.
 * @param encoding of these bytes, not of the file
 */
export function markLength(head: Buffer, encoding: string): number {
  const mark = MARKS[encoding === 'gbk' ? 'gb18030' : encoding];
  return mark && stands(mark, head) ? mark.length : 0;
}

function stands(bytes: readonly number[], head: Buffer, at = 0): boolean {
  return head.length >= at + bytes.length && bytes.every((byte, i) => head[at + i] === byte);
}
