import { basename } from 'node:path';
import type { Position } from '../../job/report.js';
import type { Partition, RecordBatch, Source, SourceDescription } from '../source.js';
import { cutRecords } from './cut.js';
import { fileEncoding } from './encodings/file-encoding.js';
import { inputUnclosed } from './faults.js';
import { checkUnchanged, fileId } from './fingerprint.js';
import type { FileFormat } from './format.js';
import { HeaderCheck } from './header-check.js';
import { listFiles } from './list.js';
import { type FileOptions, isSeekable, OpenFile } from './open-file.js';
import { type FileCursor, type FilePartition, type FileSourceOptions, makePage } from './pages.js';
import { placeOf } from './position.js';
import { Tables } from './tables.js';

/** The options of a source of files, its encoding by any of its names. */
type GivenOptions = Omit<FileSourceOptions, 'encoding'> & { readonly encoding: string };

/** Files of one format as a source. */
export function sourceOfFiles(format: FileFormat, given: GivenOptions): Source {
  const options = { ...given, encoding: fileEncoding(given.encoding, format.syntax) };
  const { name, isTranscoded } = options.encoding;
  return {
    rawEncoding: isTranscoded ? 'utf-8' : name,
    describe: (alive = () => {}) => describe(format, options, alive),
    partition: (cursor, limit, first, alive) =>
      makePage(format, options, cursor as FileCursor | undefined, limit, first, alive),
    read: (partition, position, signal) => read(format, options, partition, position, signal),
    // Positions count decompressed and decoded bytes, which may say nothing of those of the file. The last position
    // of an array lies behind the file.
    sourceBytesBefore: ({ spec, start, sourceBytes }, position) =>
      isSeekable((spec as FilePartition).path, options.encoding)
        ? Math.min(placeOf(position).offset - Number(start), sourceBytes)
        : 0,
    verify: ({ spec }) => {
      const { path, fingerprint } = spec as FilePartition;
      return checkUnchanged(path, fingerprint);
    },
  };
}

async function describe(
  format: FileFormat,
  options: FileSourceOptions,
  alive: () => void,
): Promise<SourceDescription> {
  const inputs = await listFiles(options.paths, options.folders);
  const headers = new HeaderCheck();
  const tables = new Tables();
  let sourceBytes = 0;
  for (const path of inputs) {
    const file = await OpenFile.open(path, options, alive);
    try {
      headers.check(path, await beginningColumns(format, file, options, alive));
      sourceBytes += file.fingerprint.size;
      tables.add(path);
    } finally {
      await file.close();
    }
  }
  return { inputs, tables: tables.all, sourceBytes, columns: headers.columns, warnings: [] };
}

async function beginningColumns(
  format: FileFormat,
  file: OpenFile,
  { encoding }: FileOptions,
  alive: () => void,
): Promise<readonly string[] | undefined> {
  const { window, from } = await file.beginning();
  try {
    return (await format.begin(window, from, { path: file.path, encoding, alive })).columns;
  } finally {
    await window.close();
  }
}

async function* read(
  format: FileFormat,
  options: FileSourceOptions,
  partition: Partition,
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch> {
  const { path, fingerprint, end = Infinity } = partition.spec as FilePartition;
  const { offset, context } = placeOf(position);
  const alive = () => signal.throwIfAborted();
  alive();
  const { maxRecordSize } = format;
  const fileContext = { fileId: fileId(path, fingerprint), name: basename(path), maxRecordSize };
  const file = await OpenFile.open(path, options, alive, fingerprint);
  try {
    const columns = await beginningColumns(format, file, options, alive);
    const window = await file.window(offset, end, alive);
    if (window) {
      const cutter = format.cutter(position === partition.start, context);
      try {
        const lost = (start: number) => inputUnclosed(path, start);
        for await (const cut of cutRecords(window, cutter, end, maxRecordSize, signal, lost)) {
          const text = options.encoding.decode(cut, cut.faults);
          yield format.batch(cut, text, fileContext, columns);
        }
      } finally {
        await window.close();
      }
    }
  } finally {
    await file.close();
  }
  await checkUnchanged(path, fingerprint);
}
