import { type Fault, userFault } from '../../job/fault.js';
import { ExactReader } from './exact-reader.js';
import { inputCorrupt } from './faults.js';

/** Largest block, compressed or not, of any zstd file. */
const MAX_BLOCK_BYTES = 128 * 1024;

const MEBIBYTE = 1024 * 1024;

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** A part of a zstd file, in order: a frame is a header, blocks and an end. */
export type ZstdPiece =
  /** `window` is how many bytes back its blocks may refer, `size` how many its content has, where that is known. */
  | { readonly kind: 'header'; readonly bytes: Buffer; readonly window: number; readonly size?: number }
  | { readonly kind: 'block'; readonly bytes: Buffer; readonly isLast: boolean }
  /** `checksum` is the low half of XXH64 of the content, `size` what the header says of its length. */
  | { readonly kind: 'end'; readonly bytes: Buffer; readonly checksum?: number; readonly size?: number };

/** The largest window that can be decompressed, and what to do about a larger one. */
export interface WindowLimit {
  readonly mebibytes: number;
  readonly mend: string;
}

/**
 * Takes a zstd file apart into headers and blocks (RFC 8878), as far as that needs no decompression: so that a file that
 * ends too early or goes on after its end is noticed whoever decompresses it. Skippable frames are left out.
 * @throws Fault the user's `input_corrupt`, and `unsupported_compression` for a window over the limit or a dictionary
 */
export async function* zstdPieces(
  chunks: AsyncIterable<Buffer>,
  path: string,
  limit: WindowLimit,
): AsyncGenerator<ZstdPiece> {
  const reader = new ExactReader(chunks, path);
  while (!(await reader.isAtEnd())) {
    const at = reader.position;
    const magic = (await reader.take(4)).readUInt32LE();
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      await reader.skip((await reader.take(4)).readUInt32LE());
      continue;
    }
    if (magic !== FRAME_MAGIC) {
      throw inputCorrupt(path, `something that is not zstd stands at byte ${at}`);
    }
    const header = await readHeader(reader, path, limit);
    const { window, size } = header;
    yield { kind: 'header', bytes: header.bytes, window, ...(size !== undefined && { size }) };
    yield* blocks(reader, path, Math.min(window, MAX_BLOCK_BYTES));
    const bytes = await reader.take(header.hasChecksum ? 4 : 0);
    yield {
      kind: 'end',
      bytes,
      ...(header.hasChecksum && { checksum: bytes.readUInt32LE() }),
      ...(size !== undefined && { size }),
    };
  }
}

interface Header {
  readonly bytes: Buffer;
  readonly window: number;
  readonly hasChecksum: boolean;
  readonly size: number | undefined;
}

async function readHeader(reader: ExactReader, path: string, limit: WindowLimit): Promise<Header> {
  const [descriptor] = await reader.take(1);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = isSingleSegment ? 0 : 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  const rest = await reader.take(windowBytes + dictionaryBytes + sizeBytes);
  if ((descriptor & 8) !== 0) throw inputCorrupt(path, 'the header of a frame is not valid');
  if (rest.subarray(windowBytes, windowBytes + dictionaryBytes).some((byte) => byte !== 0)) {
    throw notDecompressed(
      path,
      'it was compressed with a dictionary',
      'Compress it again without a dictionary.',
    );
  }
  const size = sizeBytes === 0 ? undefined : readSize(rest.subarray(windowBytes + dictionaryBytes));
  const window = isSingleSegment ? (size as number) : windowOf(rest[0]);
  if (window > limit.mebibytes * MEBIBYTE) {
    throw notDecompressed(path, `it takes a window of more than ${limit.mebibytes} MiB`, limit.mend);
  }
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(FRAME_MAGIC);
  const bytes = Buffer.concat([magic, Buffer.of(descriptor), rest]);
  return { bytes, window, hasChecksum: (descriptor & 4) !== 0, size };
}

function notDecompressed(path: string, why: string, mend: string): Fault {
  return userFault('unsupported_compression', `${path} can not be decompressed: ${why}`, mend);
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readSize(bytes: Buffer): number {
  if (bytes.length === 8) return Number(bytes.readBigUInt64LE());
  // Two bytes can not be less than 256, for which one is enough.
  return bytes.readUIntLE(0, bytes.length) + (bytes.length === 2 ? 256 : 0);
}

async function* blocks(reader: ExactReader, path: string, maxBytes: number): AsyncGenerator<ZstdPiece> {
  for (let isLast = false; !isLast; ) {
    const head = await reader.take(3);
    const bits = head.readUIntLE(0, 3);
    isLast = (bits & 1) !== 0;
    const type = (bits >> 1) & 3;
    const size = bits >> 3;
    if (type === RESERVED_BLOCK || size > maxBytes) throw inputCorrupt(path, 'a block is not valid');
    const content = await reader.take(type === RLE_BLOCK ? 1 : size);
    yield { kind: 'block', bytes: Buffer.concat([head, content]), isLast };
  }
}
