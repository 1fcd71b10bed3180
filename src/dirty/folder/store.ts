import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Folders, requireAllowed, requireAllowedFile } from '../../folders/folders.js';
import { Fault } from '../../job/fault.js';
import type { StoreLength } from '../../job/report.js';
import { type EntryContext, toEntry } from '../entry.js';
import type { DirtyRecord } from '../record.js';
import type { DirtyStore } from '../store.js';
import { reasonOf, storeChanged, storeFailed } from './faults.js';
import { ABOUT_FILE } from './layout.js';
import { openEntries } from './open-entries.js';
import { copy, FILE_MODE, syncFolder, writeAll, writeWhole } from './safe-files.js';

const FOLDER_MODE = 0o750;

export interface FolderStoreOptions {
  /** Absolute path of the partition's file. */
  readonly path: string;
  /** How much of it belongs to what the watermark has passed. */
  readonly from: StoreLength;
  /** Bytes of a record that are kept, at most. */
  readonly rawBytes: number;
  readonly context: EntryContext;
  /** What the records of the run have in common; written beside the first of them. */
  readonly about: unknown;
  /** Where records may be kept. @default anywhere */
  readonly folders?: Folders | undefined;
}

/**
 * Dirty records as lines of a file. Written at the end of what is safe, and synchronised with the disk, before the watermark
 * that covers them is told to anyone.
 *
 * An attempt that the server has given up may still be writing. So each attempt has a file of its own: it takes the name over
 * with a copy of what belongs to the watermark, and looks before every write whether the name is still its own.
 */
export class FolderStore implements DirtyStore {
  readonly rawBytes: number;
  readonly #options: FolderStoreOptions;
  #handle: FileHandle | undefined;
  #inode: bigint | undefined;
  #length: StoreLength;
  /** Bytes of the file that are safe. */
  #safe: number;
  #pending: Buffer[] = [];
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;

  private constructor(options: FolderStoreOptions) {
    this.#options = options;
    this.rawBytes = options.rawBytes;
    this.#length = options.from;
    this.#safe = options.from.length;
  }

  /**
   * @throws Fault `dirty_store_changed` if what the watermark counts on is not there, `folder_not_allowed`, `dirty_store_failed`
   */
  static async open(options: FolderStoreOptions): Promise<FolderStore> {
    const store = new FolderStore(options);
    try {
      // Without entries too: from now on an earlier attempt that still writes finds that the name is not its own any more.
      store.#handle = await (options.from.entries === 0 ? store.#begin() : store.#takeOver());
      return store;
    } catch (error) {
      await store.close();
      throw store.#failed(error);
    }
  }

  get length(): StoreLength {
    return this.#length;
  }

  get pendingBytes(): number {
    return this.#length.length - this.#safe;
  }

  append(records: readonly DirtyRecord[]): void {
    const now = Date.now();
    for (const record of records) {
      const line = Buffer.from(`${JSON.stringify(toEntry(record, this.#options.context, now))}\n`);
      this.#pending.push(line);
      this.#length = { entries: this.#length.entries + 1, length: this.#length.length + line.length };
    }
  }

  async flush(): Promise<void> {
    const wanted = this.#length.length;
    while (this.#safe < wanted) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  /** A file without entries goes again. What is being written is waited for, as it may count as kept: whoever flushed hears how it ends. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#writing]);
    const handle = this.#handle;
    this.#handle = undefined;
    if (!handle) return;
    if (this.#safe === 0 && (await this.#isOwn())) await rm(this.#options.path, { force: true });
    await handle.close();
  }

  async #write(): Promise<void> {
    if (this.#failure) throw this.#failure;
    const lines = Buffer.concat(this.#pending.splice(0));
    try {
      if (!this.#handle) throw new Error('the store is closed');
      if (!(await this.#isOwn())) throw storeFailed(this.#options.path, 'another attempt writes there');
      if (this.#safe === 0) await this.#tellAbout();
      await writeAll(this.#handle, lines, this.#safe);
      await this.#handle.datasync();
      this.#safe += lines.length;
    } catch (error) {
      this.#failure = this.#failed(error);
      await this.#cutBack();
      throw this.#failure;
    }
  }

  /** Half an entry must not stay behind. If it does, readers leave it out, and the next attempt cuts it off. */
  async #cutBack(): Promise<void> {
    try {
      await this.#handle?.truncate(this.#safe);
    } catch (error) {
      this.#failure = storeFailed(
        this.#options.path,
        `${this.#failure?.message ?? ''} What was half written could not be taken back: ${reasonOf(error)}`,
        error,
      );
    }
  }

  /** Makes the folder, and takes the file's name. What an earlier attempt may have left there belongs to nothing. */
  async #begin(): Promise<FileHandle> {
    const folder = dirname(this.#options.path);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    // On the way to it something may have been exchanged since it was allowed.
    await requireAllowed(folder, this.#options.folders, 'dirty');
    return await this.#own(undefined);
  }

  /** Before the first entry: what the run's records have in common. The names that lead to it become safe as well. */
  async #tellAbout(): Promise<void> {
    const { path, about, folders } = this.#options;
    const folder = dirname(path);
    await requireAllowed(folder, folders, 'dirty');
    await writeWhole(join(folder, ABOUT_FILE), `${JSON.stringify(about, null, 2)}\n`, folders);
    for (const named of [folder, dirname(folder), dirname(dirname(folder))]) await syncFolder(named);
  }

  /** Goes on behind what an earlier attempt kept. */
  async #takeOver(): Promise<FileHandle> {
    const { path, from, folders } = this.#options;
    const earlier = await openEarlier(path, folders);
    try {
      const { size } = await earlier.stat();
      if (size < from.length) throw storeChanged(path, `has ${size} bytes, and had ${from.length}`);
      return await this.#own(earlier);
    } finally {
      await earlier.close();
    }
  }

  /** A file of its own under the partition's name, that begins with what is safe. */
  async #own(earlier: FileHandle | undefined): Promise<FileHandle> {
    const { path, folders } = this.#options;
    const draft = `${path}.${randomUUID()}`;
    const handle = await open(draft, 'wx', FILE_MODE);
    try {
      await requireAllowedFile(handle, draft, folders, 'dirty');
      if (earlier) {
        await copy(earlier, handle, this.#safe);
        await handle.datasync();
      }
      await rename(draft, path);
      if (earlier) await syncFolder(dirname(path));
      this.#inode = (await handle.stat({ bigint: true })).ino;
      return handle;
    } catch (error) {
      await handle.close();
      await rm(draft, { force: true });
      throw error;
    }
  }

  /** Whether the name still leads to this attempt's file. */
  async #isOwn(): Promise<boolean> {
    try {
      return (await lstat(this.#options.path, { bigint: true })).ino === this.#inode;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  #failed(error: unknown): Error {
    if (error instanceof Fault) return error;
    return storeFailed(this.#options.path, reasonOf(error), error);
  }
}

async function openEarlier(path: string, folders: Folders | undefined): Promise<FileHandle> {
  try {
    return await openEntries(path, { folders });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw storeChanged(path, 'is gone');
    throw error;
  }
}
