import { inputChanged, onFile } from './faults.js';
import type { ByteInput } from './window.js';

const CHUNK_BYTES = 128 * 1024;

/** What a file is read by: its handle, or something around it. */
export interface FileReader {
  read(target: Buffer, at: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

/**
 * The bytes of a file up to the size it had when it was partitioned. Not the handle's own stream: destroying that
 * closes the handle, whatever autoClose says.
 */
export async function* fileChunks(handle: FileReader, path: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, size - at));
    const { bytesRead } = await onFile(path, () => handle.read(chunk, 0, chunk.length, at));
    if (bytesRead === 0) throw inputChanged(path, `it shrank from ${size} to ${at} bytes or less`);
    yield chunk.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** Chunks, one after another, as an input. Closing it ends their generator. */
export function chunkInput(chunks: AsyncGenerator<Buffer>): ByteInput {
  let chunk: Buffer = Buffer.alloc(0);
  let ended = false;
  return {
    async readInto(target, index) {
      while (chunk.length === 0 && !ended) {
        const next = await chunks.next();
        if (next.done) ended = true;
        else chunk = next.value;
      }
      const copied = chunk.copy(target, index);
      chunk = chunk.subarray(copied);
      return copied;
    },
    async close() {
      await chunks.return(undefined);
    },
  };
}
