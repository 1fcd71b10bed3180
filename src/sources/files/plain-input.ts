import { inputChanged, onFile } from './faults.js';
import type { FileReader } from './file-chunks.js';
import type { ByteInput } from './window.js';

/**
 * The bytes of a file from `position` on, up to the size it had when it was partitioned. The handle stays the
 * caller's.
 */
export function plainInput(handle: FileReader, path: string, position: number, size: number): ByteInput {
  let at = position;
  return {
    async readInto(target, index) {
      const wanted = Math.min(target.length - index, size - at);
      if (wanted <= 0) return 0;
      const { bytesRead } = await onFile(path, () => handle.read(target, index, wanted, at));
      if (bytesRead === 0) throw inputChanged(path, `it shrank from ${size} to ${at} bytes or less`);
      at += bytesRead;
      return bytesRead;
    },
    async close() {},
  };
}
