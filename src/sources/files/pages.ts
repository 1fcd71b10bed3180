import { basename } from 'node:path';
import type { Partition, PartitionPage } from '../source.js';
import { Found } from './cutter.js';
import { inputChanged } from './faults.js';
import { checkUnchanged, type Fingerprint } from './fingerprint.js';
import type { FileFormat } from './format.js';
import { HeaderCheck, type KnownHeader } from './header-check.js';
import { rangeLabel } from './label.js';
import { listFiles } from './list.js';
import { type FileOptions, OpenFile } from './open-file.js';
import { tableOf } from './tables.js';

export interface FileSourceOptions extends FileOptions {
  /** Absolute paths and globs. */
  readonly paths: string | readonly string[];
  /** About how many bytes of a file that can be split a partition holds. */
  readonly partitionSize: number;
}

/** What a partition of a file is read by. */
export interface FilePartition {
  readonly path: string;
  readonly fingerprint: Fingerprint;
  /** Where it ends; absent if at the end of the file. */
  readonly end?: number;
}

/** Where the next page starts. */
export interface FileCursor {
  /** Number of the file in the sorted list, and its path to tell whether the list is still the same. */
  readonly file: number;
  readonly path: string;
  /** Where in the file, and what the file was then; absent at its start. */
  readonly offset?: number;
  readonly fingerprint?: Fingerprint;
  readonly header?: KnownHeader;
}

/** Files that are opened for one page at most, so that many empty ones don't make it endless. */
const MAX_FILES = 1000;
const MAX_WARNINGS = 20;

/** The next partitions: those of a file that one can jump in end at borders between records, any other file is one. */
export async function makePage(
  format: FileFormat,
  options: FileSourceOptions,
  cursor: FileCursor | undefined,
  limit: number,
  first: number,
  alive: () => void,
): Promise<PartitionPage> {
  const files = await listFiles(options.paths, options.folders);
  const from = cursor?.file ?? 0;
  if (cursor && files[from] !== cursor.path) throw listChanged(cursor.path, files[from]);
  const headers = new HeaderCheck(cursor?.header);
  const partitions: Partition[] = [];
  const empty: string[] = [];
  const page = (next?: Omit<FileCursor, 'header'>): PartitionPage => ({
    partitions,
    ...(next && { next: { ...next, ...(headers.known && { header: headers.known }) } satisfies FileCursor }),
    warnings: emptyWarnings(empty),
  });
  for (let number = from; number < files.length; number++) {
    const path = files[number];
    if (partitions.length >= limit || number - from >= MAX_FILES) return page({ file: number, path });
    alive();
    const resumed = number === from ? cursor : undefined;
    const file = await OpenFile.open(path, options, alive, resumed?.fingerprint);
    try {
      const { fingerprint } = file;
      const beginning = await firstRecords(format, file, options, headers, alive);
      if (!beginning.hasRecords) empty.push(path);
      let start: number | undefined = beginning.hasRecords ? (resumed?.offset ?? beginning.start) : undefined;
      while (start !== undefined) {
        if (partitions.length >= limit) {
          await checkUnchanged(path, fingerprint);
          return page({ file: number, path, offset: start, fingerprint });
        }
        const end = await endOf(format, file, start, options.partitionSize, alive);
        partitions.push(describePartition(file, first + partitions.length, beginning.start, start, end));
        start = end;
      }
      await checkUnchanged(path, fingerprint);
    } finally {
      await file.close();
    }
  }
  return page();
}

/** Where the records of a file start, and whether there are any. */
async function firstRecords(
  format: FileFormat,
  file: OpenFile,
  { encoding }: FileOptions,
  headers: HeaderCheck,
  alive: () => void,
): Promise<{ start: number; hasRecords: boolean }> {
  const { window, from } = await file.beginning();
  try {
    const { start, columns } = await format.begin(window, from, { path: file.path, encoding, alive });
    headers.check(file.path, columns);
    const cutter = format.cutter(true);
    let found = cutter.find(window.buffer, start - window.base, window.atEnd);
    while (found === Found.MORE) {
      alive();
      await window.more(cutter.next);
      found = cutter.find(window.buffer, 0, window.atEnd);
    }
    return { start, hasRecords: found !== Found.END };
  } finally {
    await window.close();
  }
}

/** @returns undefined if the partition that starts at `start` is the rest of the file */
async function endOf(
  format: FileFormat,
  file: OpenFile,
  start: number,
  partitionSize: number,
  alive: () => void,
): Promise<number | undefined> {
  if (!file.isSeekable) return undefined;
  const end = await format.border(file, start, start + partitionSize, alive);
  return end < file.fingerprint.size ? end : undefined;
}

function describePartition(
  { path, fingerprint }: OpenFile,
  index: number,
  fileStart: number,
  start: number,
  end: number | undefined,
): Partition {
  const isFirst = start === fileStart;
  // The header belongs to the first one, so that the partitions of a file add up to it.
  const from = isFirst ? 0 : start;
  const to = end ?? fingerprint.size;
  const name = basename(path);
  return {
    index,
    input: path,
    table: tableOf(path),
    label: isFirst && end === undefined ? name : `${name} ${rangeLabel(from, to)}`,
    sourceBytes: to - from,
    start,
    spec: { path, fingerprint, ...(end !== undefined && { end }) } satisfies FilePartition,
  };
}

function emptyWarnings(paths: readonly string[]): string[] {
  const named = paths.slice(0, MAX_WARNINGS).map((path) => `${path} has no records`);
  const more = paths.length - named.length;
  return more > 0 ? [...named, `${more} more files have no records`] : named;
}

function listChanged(path: string, now: string | undefined): Error {
  return inputChanged(
    path,
    now === undefined
      ? 'it is not found by source.path any more'
      : `files that source.path matches were added or removed: ${now} now stands in its place`,
  );
}
