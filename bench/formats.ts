import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { COLUMNS, chineseRow, csvLine, jsonObject, records, TYPES, writeChunks } from './data.js';
import { type Decoder, gunzip, nothing, parseJson, textDecoder, unzstd } from './decoders.js';
import { encoder, zstdFrames } from './encode.js';
import type { WholeJob } from './whole-job.js';

/** The same records in one format, as a file and as a part of a job. */
export interface Format {
  readonly name: string;
  /** The file's name. */
  readonly file: string;
  readonly write: (path: string, rows: number) => Promise<void>;
  readonly job: Pick<WholeJob, 'source' | 'sink' | 'transform'>;
  /** What of the format is not the reader's own work, alone. */
  readonly decoder: Decoder;
}

const HEADER = `${COLUMNS.join(',')}\n`;
const csvRow = (n: number) => csvLine(chineseRow(n));
const json = (n: number) => jsonObject(chineseRow(n));

function* csv(rows: number, header = HEADER, lineEnd = '\n'): Generator<string> {
  yield header;
  yield* records(rows, csvRow, lineEnd);
}

function* around(before: string, chunks: Iterable<string>, after: string): Generator<string> {
  yield before;
  yield* chunks;
  yield after;
}

const plain =
  (chunks: (rows: number) => Iterable<string | Uint8Array>): Format['write'] =>
  (path, rows) =>
    writeChunks(path, chunks(rows));

function* mapped(chunks: Iterable<string>, to: (text: string) => Buffer): Generator<Buffer> {
  for (const chunk of chunks) yield to(chunk);
}

const arrayOf = (rows: number) =>
  around(
    `[${json(0)}`,
    records(rows - 1, (n) => `,${json(n + 1)}`, '\n'),
    ']',
  );

const CSV = { type: 'csv', columns: TYPES };

/** The first one is what the others are compared with. */
export const FORMATS: readonly Format[] = [
  { name: 'CSV', file: 'plain.csv', write: plain(csv), job: { source: CSV }, decoder: nothing },
  {
    name: 'CSV without header, CR, comments',
    file: 'cr.csv',
    write: plain((rows) => csv(rows, '# a comment\r', '\r')),
    job: {
      source: {
        ...CSV,
        header: false,
        lineEnd: 'cr',
        comment: '#',
        columns: Object.fromEntries(
          COLUMNS.map((name) => [name, (TYPES as Record<string, string>)[name] ?? 'string']),
        ),
      },
    },
    decoder: nothing,
  },
  {
    name: 'CSV, gzip',
    file: 'zipped.csv.gz',
    write: (path, rows) => writeChunks(path, csv(rows), createGzip({ level: 4 })),
    job: { source: CSV },
    decoder: gunzip,
  },
  {
    name: 'CSV, zstd',
    file: 'zipped.csv.zst',
    write: (path, rows) => writeChunks(path, zstdFrames(csv(rows))),
    job: { source: CSV },
    decoder: unzstd,
  },
  {
    name: 'CSV, gb18030',
    file: 'gb18030.csv',
    write: plain((rows) => mapped(csv(rows), encoder('gb18030'))),
    job: { source: { ...CSV, encoding: 'gb18030' } },
    decoder: textDecoder('gb18030'),
  },
  {
    name: 'CSV, utf-16le',
    file: 'utf-16le.csv',
    write: plain((rows) => mapped(csv(rows), (text) => Buffer.from(text, 'utf16le'))),
    job: { source: { ...CSV, encoding: 'utf-16le' } },
    decoder: textDecoder('utf-16le'),
  },
  {
    name: 'NDJSON',
    file: 'records.ndjson',
    write: plain((rows) => records(rows, json, '\n')),
    job: { source: { type: 'ndjson', columns: TYPES } },
    decoder: parseJson,
  },
  {
    name: 'JSON, an array',
    file: 'array.json',
    write: plain(arrayOf),
    job: { source: { type: 'json', columns: TYPES } },
    decoder: parseJson,
  },
  {
    name: 'JSON, recordPath',
    file: 'nested.json',
    write: plain((rows) => around('{"data":{"total":1,"items":', arrayOf(rows), '},"end":true}')),
    job: { source: { type: 'json', columns: TYPES, recordPath: 'data.items' } },
    decoder: parseJson,
  },
  {
    name: 'JSON, documents one after another',
    file: 'documents.json',
    write: plain((rows) => records(rows, json, '\n')),
    job: { source: { type: 'json', columns: TYPES } },
    decoder: parseJson,
  },
  {
    name: 'CSV, timestamp, filter and mask',
    file: 'plain.csv',
    write: plain(csv),
    job: {
      source: { ...CSV, columns: { ...TYPES, created_at: 'timestamp' } },
      transform: [{ filter: 'quantity >= 0' }, { mask: { email_address: { keepLast: 11 } } }],
    },
    decoder: nothing,
  },
  {
    name: 'CSV to CSV bodies, 50 records a message',
    file: 'plain.csv',
    write: plain(csv),
    job: { source: CSV, sink: { keyFields: undefined, format: 'csv', recordsPerMessage: 50 } },
    decoder: nothing,
  },
];

/** Writes the files of all formats into a folder. */
export async function writeFormats(folder: string, rows: number): Promise<void> {
  for (const { file, write } of new Map(FORMATS.map((format) => [format.file, format])).values()) {
    await write(join(folder, file), rows);
  }
}
