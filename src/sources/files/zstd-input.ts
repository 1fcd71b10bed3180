import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { errorCode, fileFault, inputCorrupt } from './faults.js';
import { chunkInput, type FileReader, fileChunks } from './file-chunks.js';
import type { ByteInput } from './window.js';
import { byLibrary, LIBRARY_WINDOW } from './zstd-library.js';
import { type WindowLimit, type ZstdPiece, zstdPieces } from './zstd-pieces.js';

/** Node.js has it from 22.15 on. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

/** As much history as zstd itself keeps unless it is told otherwise. */
const NODE_WINDOW: WindowLimit = {
  mebibytes: 128,
  mend: 'Compress it again without a long window.',
};

/**
 * The decompressed bytes of a zstd file, all its frames. The handle stays the caller's.
 * Errors come out as faults: the user's `input_corrupt` where the file is damaged or something else follows it.
 */
export function zstdInput(handle: FileReader, path: string, size: number): ByteInput {
  const chunks = fileChunks(handle, path, size);
  return chunkInput(
    createZstdDecompress
      ? byNode(zstdPieces(chunks, path, NODE_WINDOW), createZstdDecompress, path)
      : byLibrary(zstdPieces(chunks, path, LIBRARY_WINDOW), path),
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
    throw isOfZstd(error)
      ? inputCorrupt(path, 'what stands in it is not valid zstd', error)
      : fileFault(error, path);
  } finally {
    decompressor.destroy();
    compressed.destroy();
  }
}

/** Whether the bytes are to blame. */
function isOfZstd(error: unknown): boolean {
  const code = errorCode(error);
  return code?.startsWith('ZSTD_error_') === true && code !== 'ZSTD_error_memory_allocation';
}

async function* bytesOf(first: ZstdPiece, rest: AsyncIterable<ZstdPiece>): AsyncGenerator<Buffer> {
  yield first.bytes;
  for await (const { bytes } of rest) if (bytes.length > 0) yield bytes;
}
