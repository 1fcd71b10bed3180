import type { FileHandle } from 'node:fs/promises';

const LF = 0x0a;
const BLOCK_BYTES = 64 * 1024;

export interface Line {
  /** From 1; lines that are blank count. */
  readonly number: number;
  /** Without the line feed, and without white space before the text. */
  readonly bytes: Buffer;
}

export interface LinesOptions {
  /** Bytes of a line, at most. */
  readonly maxBytes: number;
  /** Makes the fault to throw where a line has more. */
  tooLong(number: number): Error;
  /** Called before every block; throws to stop. */
  alive(): void;
}

/**
 * The lines of a file that are not blank, from where it stands on. Only a line feed ends one: text of JSON may hold anything else
 * that is taken for a line end elsewhere, such as U+2028. The last line may lack it. Takes as much memory as the longest line.
 */
export async function* linesOf(
  handle: FileHandle,
  { maxBytes, tooLong, alive }: LinesOptions,
): AsyncGenerator<Line> {
  const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  /** Of the line whose end is not read yet. */
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  for (;;) {
    alive();
    const { bytesRead } = await handle.read(buffer, 0, BLOCK_BYTES, null);
    if (bytesRead === 0) break;
    const block = buffer.subarray(0, bytesRead);
    for (let start = 0; start < bytesRead; ) {
      // Passed over here: to hand out millions of blank lines takes longer than to read them.
      if (length === 0 && isWhiteSpace(block[start])) {
        if (block[start++] === LF) number++;
        continue;
      }
      const found = block.indexOf(LF, start);
      const end = found === -1 ? bytesRead : found;
      length += end - start;
      if (length > maxBytes) throw tooLong(number);
      // A copy: the next block is read into the same bytes.
      parts.push(Buffer.from(block.subarray(start, end)));
      start = end + 1;
      if (found === -1) break;
      yield { number, bytes: Buffer.concat(parts, length) };
      parts = [];
      length = 0;
      number++;
    }
  }
  if (length > 0) yield { number, bytes: Buffer.concat(parts, length) };
}

/** What JSON takes for white space. */
const isWhiteSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x09 || byte === LF || byte === 0x0d;
