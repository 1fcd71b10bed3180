import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FileEncoding } from './encodings/file-encoding.js';
import { errorCode, fileFault, inputCorrupt, onFile } from './faults.js';
import { compareFingerprints, type Fingerprint, takeFingerprint, vanished } from './fingerprint.js';
import { gzipInput } from './gzip-input.js';
import { isGzip, MAGIC_BYTES, MARK_BYTES, markLength, strangeContent, strangeName } from './magic.js';
import { plainInput } from './plain-input.js';
import { type ByteInput, Window } from './window.js';

const SCRATCH_BYTES = 128 * 1024;

/** Whether the file is decompressed while it is read, which its name alone decides. */
export const isCompressed = (path: string): boolean => path.toLowerCase().endsWith('.gz');

/** How the files of a job are read. */
export interface FileOptions {
  /** Bytes read at a time. */
  readonly blockSize: number;
  readonly encoding: FileEncoding;
}

/** Whether positions in the file count bytes of the file itself, so that one can jump to them. */
export const isSeekable = (path: string, encoding: FileEncoding): boolean =>
  !isCompressed(path) && !encoding.isTranscoded;

/**
 * A file that is being read. Positions are byte offsets in its content: decompressed, byte order mark included; where
 * the encoding needs it, in UTF-8.
 */
export class OpenFile {
  readonly #handle: FileHandle;
  readonly #options: FileOptions;
  readonly path: string;
  readonly fingerprint: Fingerprint;

  private constructor(handle: FileHandle, path: string, fingerprint: Fingerprint, options: FileOptions) {
    this.#handle = handle;
    this.path = path;
    this.fingerprint = fingerprint;
    this.#options = options;
  }

  /**
   * @param expected the fingerprint it must have
   * @throws Fault the user's if it can't be read or is not what was expected
   */
  static async open(path: string, options: FileOptions, expected?: Fingerprint): Promise<OpenFile> {
    const strange = strangeName(path);
    if (strange) throw strange;
    const handle = await openForReading(path, expected !== undefined);
    try {
      return await onFile(path, async () => {
        const { fingerprint, head } = await takeFingerprint(handle, path);
        if (expected) compareFingerprints(path, expected, fingerprint);
        if (isCompressed(path) && fingerprint.size > 0 && !isGzip(head)) {
          throw inputCorrupt(path, 'its name ends in .gz, but it does not begin as gzip does');
        }
        return new OpenFile(handle, path, fingerprint, options);
      });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * The content from its start on.
   * @returns a window whose records start at index `from`, behind a byte order mark
   * @throws Fault the user's if the content is recognisably not text of the encoding
   */
  async beginning(): Promise<{ window: Window; from: number }> {
    const { blockSize, encoding } = this.#options;
    const content = this.#content(0);
    try {
      const head = await readHead(content, MAGIC_BYTES);
      const strange = strangeContent(this.path, head, encoding.name);
      if (strange) throw strange;
      const window = new Window(encoding.open(behindHead(head, content)), 0, blockSize, Infinity);
      await window.atLeast(MARK_BYTES);
      return { window, from: markLength(window.buffer, encoding.isTranscoded ? 'utf-8' : encoding.name) };
    } catch (error) {
      await content.close();
      throw error;
    }
  }

  /**
   * The content from `position` on; undefined if it ends before that.
   * @param border see {@link Window}
   */
  async window(position: number, border: number): Promise<Window | undefined> {
    const { blockSize, encoding } = this.#options;
    if (this.isSeekable) {
      const { size } = this.fingerprint;
      return position > size
        ? undefined
        : new Window(this.#content(position), position, blockSize, Math.min(border, size));
    }
    const input = encoding.open(this.#content(0));
    if (await discard(input, position)) return new Window(input, position, blockSize, border);
    await input.close();
    return undefined;
  }

  get isSeekable(): boolean {
    return isSeekable(this.path, this.#options.encoding);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** The decompressed bytes; of a file that is not compressed from `position` on. */
  #content(position: number): ByteInput {
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

/** The first bytes, fewer only where there are no more. */
async function readHead(input: ByteInput, length: number): Promise<Buffer> {
  const head = Buffer.alloc(length);
  let filled = 0;
  for (let read = -1; read !== 0 && filled < length; filled += read) {
    read = await input.readInto(head, filled);
  }
  return head.subarray(0, filled);
}

/** An input whose first bytes have been read already. */
function behindHead(head: Buffer, input: ByteInput): ByteInput {
  let at = 0;
  return {
    async readInto(target, index) {
      if (at === head.length) return input.readInto(target, index);
      const copied = head.copy(target, index, at);
      at += copied;
      return copied;
    },
    close: () => input.close(),
  };
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
