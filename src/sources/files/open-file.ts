import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { errorCode, fileFault, inputCorrupt, onFile } from './faults.js';
import { compareFingerprints, type Fingerprint, takeFingerprint, vanished } from './fingerprint.js';
import { gzipInput } from './gzip-input.js';
import { isGzip, MAGIC_BYTES, markLength, strangeContent } from './magic.js';
import { plainInput } from './plain-input.js';
import { type ByteInput, Window } from './window.js';

const SCRATCH_BYTES = 128 * 1024;

/** Whether the file is decompressed while it is read, which its name alone decides. */
export const isCompressed = (path: string): boolean => path.toLowerCase().endsWith('.gz');

/** A file that is being read. Positions are byte offsets in its content: decompressed, byte order mark included. */
export class OpenFile {
  readonly #handle: FileHandle;
  readonly #blockSize: number;
  readonly path: string;
  readonly fingerprint: Fingerprint;

  private constructor(handle: FileHandle, path: string, fingerprint: Fingerprint, blockSize: number) {
    this.#handle = handle;
    this.path = path;
    this.fingerprint = fingerprint;
    this.#blockSize = blockSize;
  }

  /**
   * @param blockSize bytes read at a time
   * @param expected the fingerprint it must have
   * @throws Fault the user's if it can't be read or is not what was expected
   */
  static async open(path: string, blockSize: number, expected?: Fingerprint): Promise<OpenFile> {
    const handle = await openForReading(path, expected !== undefined);
    try {
      return await onFile(path, async () => {
        const { fingerprint, head } = await takeFingerprint(handle, path);
        if (expected) compareFingerprints(path, expected, fingerprint);
        if (isCompressed(path) && fingerprint.size > 0 && !isGzip(head)) {
          throw inputCorrupt(path, 'its name ends in .gz, but it does not begin as gzip does');
        }
        return new OpenFile(handle, path, fingerprint, blockSize);
      });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * The content from its start on.
   * @returns a window whose records start at index `from`, behind a byte order mark
   * @throws Fault the user's if the content is recognisably not UTF-8 text
   */
  async beginning(): Promise<{ window: Window; from: number }> {
    const window = new Window(this.#input(0), 0, this.#blockSize, Infinity);
    try {
      await window.atLeast(MAGIC_BYTES);
      const strange = strangeContent(this.path, window.buffer);
      if (strange) throw strange;
      return { window, from: markLength(window.buffer) };
    } catch (error) {
      await window.close();
      throw error;
    }
  }

  /**
   * The content from `position` on; undefined if it ends before that.
   * @param border see {@link Window}
   */
  async window(position: number, border: number): Promise<Window | undefined> {
    const input = this.#input(position);
    if (!isCompressed(this.path)) {
      const { size } = this.fingerprint;
      return position > size
        ? undefined
        : new Window(input, position, this.#blockSize, Math.min(border, size));
    }
    if (await discard(input, position)) return new Window(input, position, this.#blockSize, border);
    await input.close();
    return undefined;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #input(position: number): ByteInput {
    const { size } = this.fingerprint;
    // An empty file is no valid gzip, but as clearly without records as a plain one.
    return isCompressed(this.path) && size > 0
      ? gzipInput(this.#handle, this.path, size)
      : plainInput(this.#handle, this.path, position, size);
  }
}

async function openForReading(path: string, known: boolean): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw known && errorCode(error) === 'ENOENT' ? vanished(path, error) : fileFault(error, path);
  }
}

/** Reads `count` bytes and drops them. @returns whether there were as many */
async function discard(input: ByteInput, count: number): Promise<boolean> {
  const scratch = Buffer.allocUnsafe(Math.min(count, SCRATCH_BYTES));
  for (let left = count; left > 0; ) {
    const read = await input.readInto(scratch.subarray(0, left), 0);
    if (read === 0) return false;
    left -= read;
  }
  return true;
}
