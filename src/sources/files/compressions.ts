import type { FileReader } from './file-chunks.js';
import { gzipInput } from './gzip-input.js';
import { isGzip, isZstd } from './magic.js';
import type { ByteInput } from './window.js';
import { zstdInput } from './zstd-input.js';

interface Compression {
  readonly ending: string;
  readonly name: string;
  isIn(head: Buffer): boolean;
  input(handle: FileReader, path: string, size: number): ByteInput;
}

const COMPRESSIONS: readonly Compression[] = [
  { ending: '.gz', name: 'gzip', isIn: isGzip, input: gzipInput },
  { ending: '.zst', name: 'zstd', isIn: isZstd, input: zstdInput },
];

/** How the file is decompressed while it is read, which its name alone decides. */
export const compressionOf = (path: string): Compression | undefined =>
  COMPRESSIONS.find(({ ending }) => path.toLowerCase().endsWith(ending));
