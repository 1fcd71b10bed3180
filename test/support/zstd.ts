import { Xxh64 } from '../../src/sources/files/xxh64.js';

/** A frame of zstd that holds the content as it is: Node.js 20 can't compress. */
export function storedZstd(
  content: string | Uint8Array,
  { blockBytes = 100_000, checksum = true } = {},
): Buffer {
  const bytes = Buffer.from(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length));
  // The smallest window that a block fits in, and the size in eight bytes.
  const window = Math.ceil(Math.log2(Math.max(blockBytes, 1024))) - 10;
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, checksum ? 0xc4 : 0xc0, window << 3]), size];
  let at = 0;
  do {
    const block = bytes.subarray(at, at + blockBytes);
    at += blockBytes;
    const head = Buffer.alloc(3);
    head.writeUIntLE(block.length * 8 + (at >= bytes.length ? 1 : 0), 0, 3);
    parts.push(head, block);
  } while (at < bytes.length);
  if (checksum) {
    const hash = new Xxh64();
    hash.update(bytes);
    const end = Buffer.alloc(4);
    end.writeUInt32LE(hash.low());
    parts.push(end);
  }
  return Buffer.concat(parts);
}
