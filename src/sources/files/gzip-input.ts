import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { inputChanged, inputCorrupt, onFile } from './faults.js';
import type { ByteInput } from './window.js';

const CHUNK_BYTES = 128 * 1024;

/**
 * The decompressed bytes of a gzip file, all its members. The handle stays the caller's.
 * Errors come out as faults: the user's `input_corrupt` where the file is damaged or something else follows it.
 */
export function gzipInput(handle: FileHandle, path: string, size: number): ByteInput {
  // Not the handle's own stream: destroying that closes the handle, whatever autoClose says.
  const compressed = Readable.from(chunksOf(handle, path, size), { highWaterMark: 1 });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The callback has nothing to do: whoever takes the chunks gets the same error.
  pipeline(compressed, gunzip, () => {});
  const chunks: AsyncIterator<Buffer> = gunzip[Symbol.asyncIterator]();
  let chunk: Buffer = Buffer.alloc(0);
  let ended = false;
  return {
    async readInto(target, index) {
      while (chunk.length === 0 && !ended) {
        const next = await onFile(path, () => chunks.next());
        if (next.done) {
          ended = true;
          await checkRest(handle, path, gunzip.bytesWritten, size);
        } else {
          chunk = next.value;
        }
      }
      const copied = chunk.copy(target, index);
      chunk = chunk.subarray(copied);
      return copied;
    },
    async close() {
      gunzip.destroy();
      compressed.destroy();
    },
  };
}

async function* chunksOf(handle: FileHandle, path: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, size - at));
    const { bytesRead } = await onFile(path, () => handle.read(chunk, 0, chunk.length, at));
    if (bytesRead === 0) throw inputChanged(path, `it shrank from ${size} to ${at} bytes or less`);
    yield chunk.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** zlib stops in silence at a zero behind a member, which is padding only if nothing but zeros follows. */
async function checkRest(handle: FileHandle, path: string, from: number, size: number): Promise<void> {
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
