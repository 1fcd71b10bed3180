import { basename } from 'node:path';
import type { Position } from '../../job/report.js';
import type { Partition, RecordBatch, Source, SourceDescription } from '../source.js';
import { cutRecords } from './cut.js';
import { checkUnchanged, fileId } from './fingerprint.js';
import type { FileFormat } from './format.js';
import { HeaderCheck } from './header-check.js';
import { listFiles } from './list.js';
import { isCompressed, OpenFile } from './open-file.js';
import { type FileCursor, type FilePartition, type FileSourceOptions, makePage } from './pages.js';
import { placeOf } from './position.js';

/** Files of one format as a source. */
export function sourceOfFiles(format: FileFormat, options: FileSourceOptions): Source {
  return {
    describe: () => describe(format, options),
    partition: (cursor, limit, first, alive) =>
      makePage(format, options, cursor as FileCursor | undefined, limit, first, alive),
    read: (partition, position, signal) => read(format, options, partition, position, signal),
    // Positions count decompressed bytes, which say nothing of the bytes of a compressed file. The last position of
    // an array lies behind the file.
    sourceBytesBefore: ({ spec, start, sourceBytes }, position) =>
      isCompressed((spec as FilePartition).path)
        ? 0
        : Math.min(placeOf(position).offset - Number(start), sourceBytes),
    verify: ({ spec }) => {
      const { path, fingerprint } = spec as FilePartition;
      return checkUnchanged(path, fingerprint);
    },
  };
}

async function describe(
  format: FileFormat,
  { paths, blockSize }: FileSourceOptions,
): Promise<SourceDescription> {
  const inputs = await listFiles(paths);
  const headers = new HeaderCheck();
  let sourceBytes = 0;
  for (const path of inputs) {
    const file = await OpenFile.open(path, blockSize);
    try {
      headers.check(path, await beginningColumns(format, file));
      sourceBytes += file.fingerprint.size;
    } finally {
      await file.close();
    }
  }
  return { inputs, sourceBytes, columns: headers.columns, warnings: [] };
}

async function beginningColumns(format: FileFormat, file: OpenFile): Promise<readonly string[] | undefined> {
  const { window, from } = await file.beginning();
  try {
    return (await format.begin(window, from, file.path)).columns;
  } finally {
    await window.close();
  }
}

async function* read(
  format: FileFormat,
  { blockSize }: FileSourceOptions,
  partition: Partition,
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch> {
  const { path, fingerprint, end = Infinity } = partition.spec as FilePartition;
  const { offset, context } = placeOf(position);
  signal.throwIfAborted();
  const { maxRecordSize } = format;
  const fileContext = { fileId: fileId(path, fingerprint), name: basename(path), maxRecordSize };
  const file = await OpenFile.open(path, blockSize, fingerprint);
  try {
    const columns = await beginningColumns(format, file);
    const window = await file.window(offset, end);
    if (window) {
      const cutter = format.cutter(position === partition.start, context);
      try {
        for await (const cut of cutRecords(window, cutter, end, maxRecordSize, signal)) {
          yield format.batch(cut, fileContext, columns);
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
