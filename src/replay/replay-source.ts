import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type DirtyEntry, rawOf } from '../dirty/entry.js';
import { isPartitionFile } from '../dirty/folder/layout.js';
import { entryFiles, readAbout, readEntries } from '../dirty/folder/reader.js';
import { type Folders, requireAllowed } from '../folders/folders.js';
import { userFault } from '../job/fault.js';
import type { Position } from '../job/report.js';
import type { FileSource } from '../job/schema/source.js';
import { checkUnchanged, type Fingerprint } from '../sources/files/fingerprint.js';
import { createSource, type SourceOptions } from '../sources/registry.js';
import type { Partition, PartitionPage, RecordBatch, Source } from '../sources/source.js';
import { readAgain } from './again.js';
import { parseOne } from './one-record.js';
import { encodingOf, type Replayed, replayBatch } from './replay-batch.js';

/** Which dirty records are replayed. */
export interface ReplayFrom {
  /** The folder of the run that kept them. */
  readonly folder: string;
  /** Absolute path of a file of entries that comes instead of them. */
  readonly records?: string;
}

/** Records that are handed out at a time, and bytes of them. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 1024 * 1024;

interface EntryFile {
  readonly path: string;
  readonly fingerprint: Fingerprint;
}

/** The dirty records of a run as a source: each is read as the job's own source reads records, a file of entries is a partition. */
export function replaySource(spec: FileSource, options: SourceOptions, from: ReplayFrom): Source {
  const own = createSource(spec, options);
  const { folders } = options;
  const columns = async () => (spec.type === 'csv' ? await columnsOf(spec, from.folder) : undefined);
  return {
    rawEncoding: 'utf-8',
    async describe() {
      const files = await filesOf(from, folders);
      const sizes = await Promise.all(files.map(async (path) => (await statOf(path)).size));
      const names = await columns();
      return {
        inputs: files,
        sourceBytes: sizes.reduce((sum, size) => sum + Number(size), 0),
        ...(names && { columns: names }),
        warnings: [],
      };
    },
    partition: (cursor, limit, first) => page(from, folders, Number(cursor ?? 0), limit, first),
    async *read(partition, position, signal) {
      await requireReadable(from, folders);
      yield* read(spec, own, partition, position, columns, signal);
    },
    sourceBytesBefore: () => 0,
    verify: ({ spec: file }) => {
      const { path, fingerprint } = file as EntryFile;
      return checkUnchanged(path, fingerprint);
    },
  };
}

/** What a worker keeps it may read, and a file that somebody has mended only where jobs may read. */
async function requireReadable({ folder, records }: ReplayFrom, folders: Folders | undefined): Promise<void> {
  await requireAllowed(folder, folders, 'dirty');
  if (records !== undefined) await requireAllowed(records, folders, 'read');
}

async function filesOf(from: ReplayFrom, folders: Folders | undefined): Promise<string[]> {
  await requireReadable(from, folders);
  const { folder, records } = from;
  const files = records === undefined ? await entryFiles(folder) : [records];
  if (files.length > 0) return files;
  throw userFault(
    'nothing_kept',
    `No dirty records lie in ${folder}, or this worker does not see them.`,
    'Every worker must see the same folder as dirty.path.',
  );
}

async function statOf(path: string) {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* entriesOf(path: string): AsyncGenerator<DirtyEntry> {
  try {
    yield* readEntries(path, { mayEndEarly: isPartitionFile(basename(path)) });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What the user can mend about a file of dirty records; any other error stays as it is. */
function unreadable(path: string, error: unknown): unknown {
  const why = { ENOENT: 'it is not there', EACCES: 'this user may not read it', EISDIR: 'it is a folder' };
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!Object.hasOwn(why, code)) return error;
  return userFault(
    'records_unreadable',
    `The dirty records in ${path} can not be read: ${why[code as keyof typeof why]}.`,
    'Every worker must see the same files: mend --records, or the folder of dirty.path.',
    error,
  );
}

async function columnsOf(spec: FileSource, folder: string): Promise<readonly string[]> {
  const about = (await readAbout(folder)) as { readonly columns?: readonly string[] } | undefined;
  return about?.columns ?? Object.keys(spec.columns);
}

async function page(
  from: ReplayFrom,
  folders: Folders | undefined,
  start: number,
  limit: number,
  first: number,
): Promise<PartitionPage> {
  const files = await filesOf(from, folders);
  const end = Math.min(files.length, start + limit);
  const partitions = await Promise.all(
    files.slice(start, end).map(async (path, i): Promise<Partition> => {
      const { size, mtimeNs } = await statOf(path);
      const fingerprint = { size: Number(size), mtimeNs: mtimeNs.toString(), sample: '' };
      return {
        index: first + i,
        input: path,
        label: basename(path),
        sourceBytes: Number(size),
        start: 0,
        spec: { path, fingerprint } satisfies EntryFile,
      };
    }),
  );
  return { partitions, ...(end < files.length && { next: end }), warnings: [] };
}

async function* read(
  spec: FileSource,
  own: Source,
  { spec: file }: Partition,
  position: Position,
  columnNames: () => Promise<readonly string[] | undefined>,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch> {
  const { path, fingerprint } = file as EntryFile;
  await checkUnchanged(path, fingerprint);
  const columns = await columnNames();
  const replay = async (entry: DirtyEntry): Promise<Replayed> => {
    if (!entry.whole) {
      return { entry, record: await readAgain(entry, own, signal), encoding: own.rawEncoding };
    }
    const encoding = encodingOf(entry);
    const record = await parseOne(rawOf(entry), { spec, columns, encoding, signal });
    return { entry, record, encoding };
  };
  let number = 0;
  let bytes = 0;
  let replayed: Replayed[] = [];
  for await (const entry of entriesOf(path)) {
    signal.throwIfAborted();
    number++;
    if (number <= Number(position)) continue;
    replayed.push(await replay(entry));
    bytes += entry.bytes;
    if (replayed.length < BATCH_RECORDS && bytes < BATCH_BYTES) continue;
    yield replayBatch(replayed, number - replayed.length, columns);
    replayed = [];
    bytes = 0;
  }
  if (replayed.length > 0) yield replayBatch(replayed, number - replayed.length, columns);
  await checkUnchanged(path, fingerprint);
}
