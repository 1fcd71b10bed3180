import { isUtf8 } from 'node:buffer';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders } from '../../folders/folders.js';
import { type Fault, userFault } from '../../job/fault.js';
import { MAX_RECORD_BYTES } from '../../job/schema/source.js';
import { type DirtyEntry, whyNoEntry } from '../entry.js';
import { aboutUnreadable, recordsUnreadable } from './faults.js';
import { ABOUT_FILE, isPartitionFile } from './layout.js';
import { linesOf } from './lines.js';
import { type OpenEntriesOptions, openEntries } from './open-entries.js';

const NOT_LISTED: Readonly<Record<string, string>> = {
  EACCES: 'this user may not list the folder',
  EPERM: 'this user may not list the folder',
  ENOTDIR: 'a part of the path is a file',
};

/**
 * The files of a run's folder that hold entries, in the order of the partitions; none where there is no such folder.
 * @throws Fault the user's `records_unreadable` where it can't be listed
 */
export async function entryFiles(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter(isPartitionFile);
    return names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).map((name) => join(folder, name));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw Object.hasOwn(NOT_LISTED, code) ? recordsUnreadable(folder, NOT_LISTED[code], error) : error;
  }
}

export interface ReadEntriesOptions extends OpenEntriesOptions {
  /** Whether the last line may be half an entry, as a crash leaves it in a store's own file. */
  readonly mayEndEarly: boolean;
  /** Called before every block that is read; throws to stop. @default nothing */
  readonly alive?: (() => void) | undefined;
}

/**
 * An entry takes six bytes at most for each of `dirty.maxRawBytes`, which is a fraction of this; what a person writes into it
 * instead is read as a record.
 */
const MAX_LINE_BYTES = MAX_RECORD_BYTES;

/**
 * The entries of a file, in the order in which they were found.
 * @throws Fault the user's `dirty_entry` for a line that is none, and those of {@link openEntries}
 */
export async function* readEntries(path: string, options: ReadEntriesOptions): AsyncGenerator<DirtyEntry> {
  const { mayEndEarly, alive = () => {} } = options;
  const tooLong = (line: number) => notAnEntry(path, line, `has more than ${MAX_LINE_BYTES / 1024 ** 2} MiB`);
  let broken: Fault | undefined;
  const handle = await openEntries(path, options);
  try {
    for await (const { number, bytes } of linesOf(handle, { maxBytes: MAX_LINE_BYTES, tooLong, alive })) {
      if (broken) throw broken;
      const entry = parseEntry(bytes);
      if (typeof entry !== 'string') yield entry;
      else broken = notAnEntry(path, number, entry);
    }
  } finally {
    await handle.close();
  }
  if (broken && !mayEndEarly) throw broken;
}

interface About {
  /** Names of the columns, where the source has a fixed set of them. */
  readonly columns?: readonly string[];
}

/** A job that names more than 1.5 MiB of columns is refused; JSON may write six bytes for one of them. */
const MAX_ABOUT_BYTES = 16 * 1024 * 1024;

/**
 * What the records of a run have in common, as their store was given it; undefined where it has none.
 * @param folders what the worker allows
 * @throws Fault the user's `dirty_about_unreadable` if it is not what a run writes, and those of {@link openEntries}
 */
export async function readAbout(folder: string, folders?: Folders): Promise<About | undefined> {
  const path = join(folder, ABOUT_FILE);
  try {
    const handle = await openEntries(path, { folders });
    try {
      const { size } = await handle.stat();
      if (size > MAX_ABOUT_BYTES) throw aboutUnreadable(path);
      const bytes = await handle.readFile();
      if (!isUtf8(bytes)) throw aboutUnreadable(path);
      const about: unknown = JSON.parse(bytes.toString());
      if (!isAbout(about)) throw aboutUnreadable(path);
      return about;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error instanceof SyntaxError ? aboutUnreadable(path, error) : error;
  }
}

function isAbout(value: unknown): value is About {
  if (typeof value !== 'object' || value === null) return false;
  const { columns } = value as { columns?: unknown };
  if (columns === undefined) return true;
  return Array.isArray(columns) && columns.every((name) => typeof name === 'string');
}

/** The entry that a line is, or why it is none. */
function parseEntry(line: Buffer): DirtyEntry | string {
  // Decoding would put another character in the place of what is none.
  if (!isUtf8(line)) return NOT_UTF8;
  try {
    const value: unknown = JSON.parse(line.toString());
    return whyNoEntry(value) ?? (value as DirtyEntry);
  } catch (error) {
    if (error instanceof SyntaxError) return 'is no JSON';
    throw error;
  }
}

const NOT_UTF8 = 'is not UTF-8';

function notAnEntry(path: string, line: number, why: string): Fault {
  return userFault(
    'dirty_entry',
    `Line ${line} of ${path} is no dirty record as \`rocketlift dirty export\` writes them: it ${why}.`,
    why === NOT_UTF8
      ? 'Save the file as UTF-8.'
      : 'Mend the line, or export the records again; change only "raw" in the lines that are exported.',
  );
}
