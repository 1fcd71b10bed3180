import { setImmediate } from 'node:timers/promises';
import { Decompress } from 'fzstd';
import { inputCorrupt } from './faults.js';
import { Xxh64 } from './xxh64.js';
import type { WindowLimit, ZstdPiece } from './zstd-pieces.js';

/** For how long other work may wait for a decompressor that is none of Node.js. */
const PATIENCE_MS = 10;

const HEADER_FLAGS_AT = 4;
const WINDOW_AT = 5;
const SINGLE_SEGMENT = 0x20;

/** fzstd reads at most 25 bits of a distance for certain, so that it gets longer ones wrong, without a word. */
export const LIBRARY_WINDOW: WindowLimit = {
  mebibytes: 64,
  mend: 'Use Node.js 22.15 or newer, or compress it again without --long (and without --ultra -22).',
};

/** Each frame by a decompressor of its own and block by block, so that no piece of work is long. */
export async function* byLibrary(pieces: AsyncIterable<ZstdPiece>, path: string): AsyncGenerator<Buffer> {
  let frame = new Frame(path);
  let since = performance.now();
  for await (const piece of pieces) {
    if (piece.kind === 'header') frame = new Frame(path);
    yield* frame.push(piece);
    if (performance.now() - since > PATIENCE_MS) {
      await setImmediate();
      since = performance.now();
    }
  }
}

/**
 * A frame, decompressed by fzstd, which itself notices neither a wrong length nor a wrong checksum. Nor does it notice a
 * distance that goes back to before the frame, for which it gives zeros: a checksum tells, but not every frame has one.
 */
class Frame {
  readonly #path: string;
  readonly #hash = new Xxh64();
  #length = 0;
  #chunks: Buffer[] = [];
  readonly #decompressor = new Decompress((chunk) => {
    if (chunk.length > 0) this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  });

  constructor(path: string) {
    this.#path = path;
  }

  push(piece: ZstdPiece): Buffer[] {
    this.#chunks = [];
    const bytes = piece.kind === 'header' ? withoutNeedlessWindow(piece) : piece.bytes;
    try {
      this.#decompressor.push(bytes, piece.kind === 'end');
    } catch (error) {
      throw isOutOfMemory(error)
        ? error
        : inputCorrupt(this.#path, 'what stands in it is not valid zstd', error);
    }
    for (const chunk of this.#chunks) {
      this.#length += chunk.length;
      this.#hash.update(chunk);
    }
    if (piece.kind === 'end') this.#check(piece.size, piece.checksum);
    return this.#chunks;
  }

  #check(size = this.#length, checksum?: number): void {
    if (size !== this.#length) throw inputCorrupt(this.#path, 'a frame is not as long as its header says');
    if (checksum !== undefined && checksum !== this.#hash.low()) {
      throw inputCorrupt(this.#path, 'the checksum of a frame is not that of its content');
    }
  }
}

/** fzstd takes the memory of the whole window at once. A frame of one segment has one as long as its content. */
function withoutNeedlessWindow({ bytes, window, size }: ZstdPiece & { kind: 'header' }): Buffer {
  const isSingleSegment = (bytes[HEADER_FLAGS_AT] & SINGLE_SEGMENT) !== 0;
  if (isSingleSegment || size === undefined || size >= window) return bytes;
  const lean = Buffer.concat([bytes.subarray(0, WINDOW_AT), bytes.subarray(WINDOW_AT + 1)]);
  lean[HEADER_FLAGS_AT] |= SINGLE_SEGMENT;
  return lean;
}

/** Any other error is one of damaged data: fzstd trusts what it is given, and stumbles over it in many ways. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /allocation failed/i.test(error.message);
}
