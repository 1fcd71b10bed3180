import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Folders, requireAllowed, requireAllowedFile } from '../../folders/folders.js';
import { compressionOf } from './compressions.js';
import type { FileEncoding } from './encodings/file-encoding.js';
import { errorCode, fileFault, inputCorrupt, onFile } from './faults.js';
import type { FileReader } from './file-chunks.js';
import {
  checkStillUnchanged,
  compareFingerprints,
  type Fingerprint,
  takeFingerprint,
  vanished,
} from './fingerprint.js';
import { behindHead, discard, readHead } from './input-start.js';
import { MAGIC_BYTES, MARK_BYTES, markLength, strangeContent, strangeName } from './magic.js';
import { plainInput } from './plain-input.js';
import { type ByteInput, Window } from './window.js';

/** How the files of a job are read. */
export interface FileOptions {
  /** Bytes read at a time. */
  readonly blockSize: number;
  readonly encoding: FileEncoding;
  /** What may be read; anything if absent. */
  readonly folders?: Folders;
}

/** Whether positions in the file count bytes of the file itself, so that one can jump to them. */
export const isSeekable = (path: string, encoding: FileEncoding): boolean =>
  !compressionOf(path) && !encoding.isTranscoded;

/**
 * A file that is being read. Positions are byte offsets in its content: decompressed, byte order mark included; where
 * the encoding needs it, in UTF-8.
 */
export class OpenFile {
  readonly #handle: FileHandle;
  readonly #reader: FileReader;
  readonly #options: FileOptions;
  readonly path: string;
  readonly fingerprint: Fingerprint;

  private constructor(
    handle: FileHandle,
    path: string,
    fingerprint: Fingerprint,
    options: FileOptions,
    { alive, expected }: { readonly alive: () => void; readonly expected?: Fingerprint },
  ) {
    this.#handle = handle;
    // Here, and not only where bytes come out: there are files of which none ever do, however long they are read.
    this.#reader = {
      async read(...range) {
        alive();
        const result = await handle.read(...range);
        // Behind every block, so that no record of changed bytes is handed out with the id of an unchanged one.
        if (expected) await checkStillUnchanged(handle, path, expected);
        return result;
      },
    };
    this.path = path;
    this.fingerprint = fingerprint;
    this.#options = options;
  }

  /**
   * @param alive called before every block of the file is read; throws to stop
   * @param expected the fingerprint it must have, and keep while it is read
   * @throws Fault the user's if it can't or may not be read, or is not what was expected
   */
  static async open(
    path: string,
    options: FileOptions,
    alive: () => void,
    expected?: Fingerprint,
  ): Promise<OpenFile> {
    const strange = strangeName(path);
    if (strange) throw strange;
    const { folders } = options;
    await requireAllowed(path, folders, 'read');
    const handle = await openForReading(path, expected !== undefined);
    try {
      await requireAllowedFile(handle, path, folders, 'read');
      return await onFile(path, async () => {
        const { fingerprint, head } = await takeFingerprint(handle, path);
        if (expected) compareFingerprints(path, expected, fingerprint);
        const compression = compressionOf(path);
        if (compression && fingerprint.size > 0 && !compression.isIn(head)) {
          const { ending, name } = compression;
          throw inputCorrupt(path, `its name ends in ${ending}, but it does not begin as ${name} does`);
        }
        return new OpenFile(handle, path, fingerprint, options, { alive, expected });
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
   * @param alive called now and then while what stands before is read and dropped; throws to stop
   */
  async window(position: number, border: number, alive: () => void): Promise<Window | undefined> {
    const { blockSize, encoding } = this.#options;
    if (this.isSeekable) {
      const { size } = this.fingerprint;
      return position > size
        ? undefined
        : new Window(this.#content(position), position, blockSize, Math.min(border, size));
    }
    const input = encoding.open(this.#content(0));
    let isThere = false;
    try {
      isThere = await discard(input, position, alive);
    } finally {
      if (!isThere) await input.close();
    }
    return isThere ? new Window(input, position, blockSize, border) : undefined;
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
    const compression = compressionOf(this.path);
    // An empty file is not validly compressed, but as clearly without records as a plain one.
    return compression && size > 0
      ? compression.input(this.#reader, this.path, size)
      : plainInput(this.#reader, this.path, position, size);
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
