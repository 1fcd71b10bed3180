import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable, type Transform } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { Fault } from '../../job/fault.js';
import { inputCorrupt } from './faults.js';
import { chunkInput, fileChunks } from './file-chunks.js';
import type { ByteInput } from './window.js';
import { Xxh64 } from './xxh64.js';
import { type ZstdPiece, zstdPieces } from './zstd-pieces.js';

/** For how long other work may wait for a decompressor that is none of Node.js. */
const PATIENCE_MS = 10;

/** Node.js has it from 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

/**
 * The decompressed bytes of a zstd file, all its frames. The handle stays the caller's.
 * Errors come out as faults: the user's `input_corrupt` where the file is damaged or something else follows it.
 */
export function zstdInput(handle: FileHandle, path: string, size: number): ByteInput {
  const pieces = zstdPieces(fileChunks(handle, path, size), path);
  return chunkInput(
    createZstdDecompress ? byNode(pieces, createZstdDecompress, path) : byLibrary(pieces, path),
  );
}

async function* byNode(
  pieces: AsyncGenerator<ZstdPiece>,
  create: () => Transform,
  path: string,
): AsyncGenerator<Buffer> {
  const first = await pieces.next();
  // A file of nothing but skippable frames: Node.js takes no bytes at all for an end that comes too early.
  if (first.done) return;
  const decompressor = create();
  const compressed = Readable.from(bytesOf(first.value, pieces), { highWaterMark: 1 });
  // The callback has nothing to do: whoever takes the chunks gets the same error.
  pipeline(compressed, decompressor, () => {});
  try {
    yield* decompressor;
  } catch (error) {
    throw error instanceof Fault ? error : notValid(path, error);
  } finally {
    decompressor.destroy();
    compressed.destroy();
  }
}

async function* bytesOf(first: ZstdPiece, rest: AsyncIterable<ZstdPiece>): AsyncGenerator<Buffer> {
  yield first.bytes;
  for await (const { bytes } of rest) if (bytes.length > 0) yield bytes;
}

/** Each frame by a decompressor of its own and block by block, so that no piece of work is long. */
async function* byLibrary(pieces: AsyncIterable<ZstdPiece>, path: string): AsyncGenerator<Buffer> {
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

/** A frame, decompressed by fzstd, which itself notices neither a wrong length nor a wrong checksum. */
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
    try {
      this.#decompressor.push(piece.bytes, piece.kind === 'end');
    } catch (error) {
      // Whatever it is: fzstd trusts what it is given.
      throw notValid(this.#path, error);
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

function notValid(path: string, cause: unknown): Fault {
  return inputCorrupt(path, 'what stands in it is not valid zstd', cause);
}
