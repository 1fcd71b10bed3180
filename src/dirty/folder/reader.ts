import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders } from '../../folders/folders.js';
import { userFault } from '../../job/fault.js';
import { type DirtyEntry, isEntry } from '../entry.js';
import { aboutUnreadable } from './faults.js';
import { ABOUT_FILE, isPartitionFile } from './layout.js';
import { linesOf } from './lines.js';
import { type OpenEntriesOptions, openEntries } from './open-entries.js';

/** The files of a run's folder that hold entries, in the order of the partitions; none where there is no such folder. */
export async function entryFiles(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter(isPartitionFile);
    return names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export interface ReadEntriesOptions extends OpenEntriesOptions {
  /** Whether the last line may be half an entry, as a crash leaves it in a store's own file. */
  readonly mayEndEarly: boolean;
}

/**
 * The entries of a file, in the order in which they were found.
 * @throws Fault the user's `dirty_entry` for a line that is none, and those of {@link openEntries}
 */
export async function* readEntries(path: string, options: ReadEntriesOptions): AsyncGenerator<DirtyEntry> {
  let broken: number | undefined;
  let number = 0;
  const handle = await openEntries(path, options);
  try {
    for await (const line of linesOf(handle)) {
      number++;
      if (line.trim() === '') continue;
      if (broken !== undefined) throw notAnEntry(path, broken);
      const entry = parseEntry(line);
      if (entry) yield entry;
      else broken = number;
    }
  } finally {
    await handle.close();
  }
  if (broken !== undefined && !options.mayEndEarly) throw notAnEntry(path, broken);
}

/**
 * What the records of a run have in common, as their store was given it; undefined where it has none.
 * @param folders what the worker allows
 * @throws Fault the user's `dirty_about_unreadable` if it is no JSON, and those of {@link openEntries}
 */
export async function readAbout(folder: string, folders?: Folders): Promise<unknown> {
  const path = join(folder, ABOUT_FILE);
  try {
    const handle = await openEntries(path, { folders });
    try {
      return JSON.parse(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error instanceof SyntaxError ? aboutUnreadable(path, error) : error;
  }
}

function parseEntry(line: string): DirtyEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const notAnEntry = (path: string, line: number) =>
  userFault(
    'dirty_entry',
    `Line ${line} of ${path} is no dirty record as \`rocketlift dirty export\` writes them: one JSON object with an id.`,
    'Mend the line; change only "raw" in the lines that are exported.',
  );
