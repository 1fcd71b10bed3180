import { type Fault, userFault } from '../../job/fault.js';

interface Kind {
  readonly what: string;
  readonly bytes: readonly number[];
  readonly mend: string;
}

const DECOMPRESS = 'Decompress it, or compress it by gzip and let its name end in .gz.';
const ENCODE = 'Convert it to UTF-8: iconv -f UTF-16 -t UTF-8 file > new-file.';

/** First bytes of what can't be read as text. UTF-32 comes before UTF-16, whose mark starts alike. */
const KINDS: readonly Kind[] = [
  { what: 'gzip', bytes: [0x1f, 0x8b], mend: 'Let its name end in .gz, or decompress it.' },
  { what: 'a zip archive', bytes: [0x50, 0x4b, 0x03, 0x04], mend: DECOMPRESS },
  { what: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd], mend: DECOMPRESS },
  { what: 'bzip2', bytes: [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59], mend: DECOMPRESS },
  { what: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], mend: DECOMPRESS },
  { what: 'UTF-32', bytes: [0xff, 0xfe, 0x00, 0x00], mend: ENCODE.replace('UTF-16', 'UTF-32') },
  { what: 'UTF-16', bytes: [0xff, 0xfe], mend: ENCODE },
  { what: 'UTF-16', bytes: [0xfe, 0xff], mend: ENCODE },
];

const UTF8_MARK = [0xef, 0xbb, 0xbf];

/** Bytes that {@link strangeContent} and {@link markLength} look at. */
export const MAGIC_BYTES = 7;

/** What is wrong with content that starts with `head`: it is not UTF-8 text, but something known. */
export function strangeContent(path: string, head: Buffer): Fault | undefined {
  const kind = KINDS.find(({ bytes }) => startsWith(head, bytes));
  if (!kind) return undefined;
  const code =
    kind.mend === DECOMPRESS || kind.what === 'gzip' ? 'unsupported_compression' : 'unsupported_encoding';
  return userFault(code, `${path} holds ${kind.what}, not UTF-8 text`, kind.mend);
}

export function isGzip(head: Buffer): boolean {
  return startsWith(head, KINDS[0].bytes);
}

/** Bytes of the UTF-8 byte order mark at the start of `head`: 3 or 0. */
export function markLength(head: Buffer): number {
  return startsWith(head, UTF8_MARK) ? UTF8_MARK.length : 0;
}

function startsWith(head: Buffer, bytes: readonly number[]): boolean {
  return head.length >= bytes.length && bytes.every((byte, i) => head[i] === byte);
}
