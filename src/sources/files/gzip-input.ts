import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { inputCorrupt, onFile } from './faults.js';
import { chunkInput, type FileReader, fileChunks } from './file-chunks.js';
import type { ByteInput } from './window.js';

const CHUNK_BYTES = 128 * 1024;

/**
 * The decompressed bytes of a gzip file, all its members. The handle stays the caller's.
 * Errors come out as faults: the user's `input_corrupt` where the file is damaged or something else follows it.
 */
export function gzipInput(handle: FileReader, path: string, size: number): ByteInput {
  return chunkInput(gunzipped(handle, path, size));
}

async function* gunzipped(handle: FileReader, path: string, size: number): AsyncGenerator<Buffer> {
  const compressed = Readable.from(fileChunks(handle, path, size), { highWaterMark: 1 });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The callback has nothing to do: whoever takes the chunks gets the same error.
  pipeline(compressed, gunzip, () => {});
  const chunks: AsyncIterator<Buffer> = gunzip[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await onFile(path, () => chunks.next());
      if (next.done) break;
      yield next.value;
    }
    await checkRest(handle, path, gunzip.bytesWritten, size);
  } finally {
    gunzip.destroy();
    compressed.destroy();
  }
}

/** zlib stops in silence at a zero behind a member, which is padding only if nothing but zeros follows. */
async function checkRest(handle: FileReader, path: string, from: number, size: number): Promise<void> {
  const block = Buffer.alloc(CHUNK_BYTES);
  for (let at = from; at < size; ) {
    const wanted = Math.min(block.length, size - at);
    const { bytesRead } = await onFile(path, () => handle.read(block, 0, wanted, at));
    if (bytesRead === 0) throw inputCorrupt(path, 'it ends too early');
    if (block.subarray(0, bytesRead).some((byte) => byte !== 0)) {
      throw inputCorrupt(path, `something that is not gzip follows the compressed data at byte ${from}`);
    }
    at += bytesRead;
  }
}
