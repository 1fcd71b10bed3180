import type { FileHandle } from 'node:fs/promises';

const LF = 0x0a;
const BLOCK_BYTES = 64 * 1024;

/**
 * The lines of a file, from where it stands on. Only a line feed ends one: text of JSON may hold anything else that is taken for
 * a line end elsewhere, such as U+2028. The last line may lack it. Takes as much memory as the longest line.
 */
export async function* linesOf(handle: FileHandle): AsyncGenerator<string> {
  const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  /** Of the line whose end is not read yet. */
  let parts: Buffer[] = [];
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, BLOCK_BYTES, null);
    if (bytesRead === 0) break;
    const block = buffer.subarray(0, bytesRead);
    let start = 0;
    for (let end = block.indexOf(LF); end !== -1; end = block.indexOf(LF, start)) {
      yield Buffer.concat([...parts, block.subarray(start, end)]).toString();
      parts = [];
      start = end + 1;
    }
    // A copy: the next block is read into the same bytes.
    if (start < bytesRead) parts.push(Buffer.from(block.subarray(start)));
  }
  if (parts.length > 0) yield Buffer.concat(parts).toString();
}
