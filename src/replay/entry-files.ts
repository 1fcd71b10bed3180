import type { BigIntStats } from 'node:fs';
import { basename } from 'node:path';
import type { DirtyEntry } from '../dirty/entry.js';
import { recordsUnreadable } from '../dirty/folder/faults.js';
import { isPartitionFile } from '../dirty/folder/layout.js';
import { type OpenEntriesOptions, openEntries } from '../dirty/folder/open-entries.js';
import { entryFiles, type ReadEntriesOptions, readEntries } from '../dirty/folder/reader.js';
import type { Folders } from '../folders/folders.js';
import { userFault } from '../job/fault.js';
import { checkUnchanged, type Fingerprint } from '../sources/files/fingerprint.js';
import type { Partition } from '../sources/source.js';
import type { Entries } from './entries.js';

interface EntryFile {
  readonly path: string;
  readonly fingerprint: Fingerprint;
}

/**
 * The entries in the folder of a run, or in a file that comes instead of them; a file is a partition.
 * @param requireReadable looks whether the worker allows the folder or the file, before anything is done with it
 * @param folders what the worker allows, for the files as they are open
 */
export function entriesInFiles(
  from: { readonly folder: string } | { readonly records: string },
  requireReadable: () => Promise<void>,
  folders: Folders | undefined,
): Entries {
  const options = { folders, isGiven: 'records' in from };
  const files = async () => {
    await requireReadable();
    return 'records' in from ? [from.records] : await filesIn(from.folder);
  };
  return {
    async describe() {
      const inputs = await files();
      const sizes = await Promise.all(inputs.map(async (path) => (await statOf(path, options)).size));
      return { inputs, sourceBytes: sizes.reduce((sum, size) => sum + Number(size), 0) };
    },
    async page(cursor, limit, first) {
      const all = await files();
      const end = Math.min(all.length, cursor + limit);
      const partitions = await Promise.all(
        all.slice(cursor, end).map((path, i) => partitionOf(path, first + i, options)),
      );
      return { partitions, ...(end < all.length && { next: end }), warnings: [] };
    },
    async *of({ spec }, alive) {
      await requireReadable();
      const { path, fingerprint } = spec as EntryFile;
      await checkUnchanged(path, fingerprint);
      yield* entriesOf(path, { ...options, alive });
      await checkUnchanged(path, fingerprint);
    },
    verify({ spec }) {
      const { path, fingerprint } = spec as EntryFile;
      return checkUnchanged(path, fingerprint);
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const files = await entryFiles(folder);
  if (files.length > 0) return files;
  throw userFault(
    'nothing_kept',
    `No dirty records lie in ${folder}, or this worker does not see them.`,
    'Every worker must see the same folder as dirty.path.',
  );
}

async function partitionOf(path: string, index: number, options: OpenEntriesOptions): Promise<Partition> {
  const { size, mtimeNs } = await statOf(path, options);
  const fingerprint = { size: Number(size), mtimeNs: mtimeNs.toString(), sample: '' };
  return {
    index,
    input: path,
    label: basename(path),
    sourceBytes: Number(size),
    start: 0,
    spec: { path, fingerprint } satisfies EntryFile,
  };
}

async function statOf(path: string, options: OpenEntriesOptions): Promise<BigIntStats> {
  const handle = await openEntries(path, options).catch((error) => {
    throw unreadable(path, error);
  });
  try {
    return await handle.stat({ bigint: true });
  } finally {
    await handle.close();
  }
}

async function* entriesOf(
  path: string,
  options: Omit<ReadEntriesOptions, 'mayEndEarly'>,
): AsyncGenerator<DirtyEntry> {
  try {
    yield* readEntries(path, { ...options, mayEndEarly: isPartitionFile(basename(path)) });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What the user can mend about a file of dirty records; any other error stays as it is. */
function unreadable(path: string, error: unknown): unknown {
  const why = { ENOENT: 'it is not there', EACCES: 'this user may not read it' };
  const { code = '' } = error as NodeJS.ErrnoException;
  return Object.hasOwn(why, code) ? recordsUnreadable(path, why[code as keyof typeof why], error) : error;
}
