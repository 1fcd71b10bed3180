/** Single inputs that are made to take a worker down. Each is read in a process of its own, whose memory is looked at. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { useFolder } from '../sources/reading.js';

const folder = useFolder();
const CHILD = fileURLToPath(new URL('read-child.mjs', import.meta.url));
const MIB = 1024 * 1024;

/** What a process may take at its peak: Node itself takes 80 MiB, a record of 4 MiB in its making some 100. */
const MAX_PEAK_MIB = 400;

interface Outcome {
  readonly records: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly error?: { readonly name: string; readonly code?: string; readonly message: string };
  /** Blocks that were read of files, those of other files among them. */
  readonly reads: number;
  readonly peakMiB: number;
}

async function read(job: object, abortAfter?: number): Promise<Outcome> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ job, abortAfter })], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  await once(child, 'close');
  if (out === '') throw new Error(`the process ended without a word:\n${errors}`);
  return JSON.parse(out) as Outcome;
}

/** @param unit a byte's character, repeated `mebibytes` times 2^20 */
async function write(name: string, first: string, unit: string, mebibytes: number, last = ''): Promise<void> {
  function* parts(): Generator<Buffer> {
    yield Buffer.from(first);
    const part = Buffer.alloc(MIB, unit);
    for (let i = 0; i < mebibytes; i++) yield part;
    yield Buffer.from(last);
  }
  const file = createWriteStream(`${folder.path}/${name}`);
  if (!name.endsWith('.gz')) await pipeline(Readable.from(parts()), file);
  else await pipeline(Readable.from(parts()), createGzip({ level: 1 }), file);
}

/** A frame of zstd whose blocks are a byte and how often it comes: a mebibyte takes 32 bytes. */
function zstdOf(byte: number, mebibytes: number): Buffer {
  const blocks = mebibytes * 8;
  const frame = Buffer.alloc(6 + blocks * 4);
  frame.set([0x28, 0xb5, 0x2f, 0xfd, 0, (20 - 10) << 3]);
  for (let i = 0; i < blocks; i++) {
    frame.writeUIntLE((128 * 1024 * 8) | 2 | (i === blocks - 1 ? 1 : 0), 6 + i * 4, 3);
    frame[9 + i * 4] = byte;
  }
  return frame;
}

const numbers = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i));

beforeAll(async () => {
  await write('line.csv', 'id,name\n1,"', 'x', 200);
  await write('line.ndjson', '{"a":"', 'x', 200);
  await write('string.json', '[{"a":"', 'x', 200, '"},{"a":1}]');
  await write('zeros.gz', '', '\0', 1024);
  await write('as.gz', 'id\n', 'a', 1024);
  await write('spaces.gz', '', ' ', 256);
  await write('lines.gz', '', '\n', 256);
  folder.file('as.zst', zstdOf(0x61, 1024));
  folder.file('deep.json', '['.repeat(1e6) + ']'.repeat(1e6));
  folder.file('deep-objects.json', `${'{"a":'.repeat(6e5)}1${'}'.repeat(6e5)}`);
  folder.file('deep-and-open.json', `[{"a":${'['.repeat(4e6)}`);
  folder.file('deep.ndjson', `{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}\n{"a":[${'{},'.repeat(5e5)}{}]}\n`);
  folder.file('deep.csv', `id,data\n1,${'['.repeat(1e6)}${']'.repeat(1e6)}\n2,[]\n`);
  folder.file('columns.csv', `${numbers(1e6, (i) => `c${i}`).join(',')}\n${'1,'.repeat(1e6 - 1)}1\n`);
  folder.file('fields.csv', `a,b\n1,2\n${','.repeat(1e6)}\n${'"",'.repeat(1e6)}\n3,4\n`);
  folder.file('members.json', `[{${numbers(1e6, (i) => `"k${i}":${i}`).join(',')}},{"a":1}]`);
}, 120_000);

const job = (file: string, source: object, more: object = {}) => ({
  name: 'hostile',
  source: { path: `${folder.path}/${file}`, ...source },
  sink: { endpoints: '127.0.0.1:1', topic: 'none' },
  ...more,
});

const csv = { type: 'csv' };
const ndjson = { type: 'ndjson' };
const json = { type: 'json' };
const steps = [{ rename: { a: 'b' } }, { mask: { b: 'hash' } }, { filter: 'b != null' }];

describe('read to their end, or to a clear fault, in bounded memory', () => {
  test.each<[name: string, file: string, source: object, expected: object, more?: object]>([
    ['a line of 200 MiB, CSV', 'line.csv', csv, { records: 1, faults: { unclosed_quote: 1 } }],
    ['a line of 200 MiB, NDJSON', 'line.ndjson', ndjson, { records: 1, faults: { record_too_long: 1 } }],
    ['a string of 200 MiB', 'string.json', json, { records: 2, messages: 1, faults: { record_too_long: 1 } }],
    ['zeros as header', 'zeros.gz', csv, { records: 0, error: { code: 'header_unreadable' } }],
    ['zeros as lines', 'zeros.gz', ndjson, { records: 1, faults: { record_too_long: 1 } }],
    ['letters as rows', 'as.gz', csv, { records: 1, faults: { record_too_long: 1 } }],
    ['letters in zstd', 'as.zst', ndjson, { records: 1, faults: { record_too_long: 1 } }],
    ['spaces', 'spaces.gz', json, { records: 0, faults: {} }],
    ['line ends', 'lines.gz', csv, { records: 0, faults: {} }],
    ['a million arrays in each other', 'deep.json', json, { records: 1, faults: { too_deep: 1 } }],
    [
      'objects in each other',
      'deep-objects.json',
      { ...json, maxRecordSize: '8 MiB' },
      { records: 1, faults: { too_deep: 1 } },
    ],
    ['arrays that never end', 'deep-and-open.json', json, { records: 1, faults: { unclosed: 1 } }],
    [
      'a path into arrays',
      'deep.json',
      { ...json, recordPath: ['*', '*', 'a'] },
      { records: 1, faults: { path_not_found: 1 } },
    ],
    [
      'a deep record beside a wide one',
      'deep.ndjson',
      ndjson,
      { records: 2, messages: 1, faults: { too_deep: 1 } },
      { transform: steps.slice(0, 2) },
    ],
    [
      'a filter on deep and wide values',
      'deep.ndjson',
      ndjson,
      { records: 2, messages: 0, faults: { too_deep: 1, not_filterable: 1 } },
      { transform: [{ filter: 'a != null' }] },
    ],
    [
      'deep values in a column of JSON',
      'deep.csv',
      { ...csv, columns: { data: 'json' } },
      { records: 2, messages: 1, faults: { not_json: 1 } },
    ],
    ['a million columns', 'columns.csv', csv, { records: 0, error: { code: 'header_unreadable' } }],
    [
      'rows of a million fields',
      'fields.csv',
      csv,
      { records: 4, messages: 2, faults: { too_many_fields: 2 } },
    ],
    ['a million members', 'members.json', json, { records: 2, messages: 1, faults: { record_too_long: 1 } }],
  ])('%s', async (_, file, source, expected, more = {}) => {
    const outcome = await read(job(file, source, more));
    expect(outcome).toMatchObject(expected);
    if (!('error' in expected)) expect(outcome.error).toBeUndefined();
    expect(outcome.peakMiB).toBeLessThan(MAX_PEAK_MIB);
  });

  // Who lets records be sixteen times as long lets them take as much more.
  test.each<[name: string, file: string, source: object, expected: object]>([
    [
      'a million columns where a header may be 16 MiB long',
      'columns.csv',
      { ...csv, maxRecordSize: '16 MiB' },
      { records: 0, error: { code: 'job_too_large' } },
    ],
    [
      'a million members where a record may be 64 MiB long',
      'members.json',
      { ...json, maxRecordSize: '64 MiB' },
      { records: 2, messages: 2, faults: {} },
    ],
  ])('%s', async (_, file, source, expected) => {
    const outcome = await read(job(file, source, { transform: [{ constant: { added: 1 } }] }));
    expect(outcome).toMatchObject(expected);
    expect(outcome.peakMiB).toBeLessThan(4 * MAX_PEAK_MIB);
  });
});

describe('left alone at once when the signal comes', () => {
  /** Blocks that may still be read: one that is under way, and what a decompressor has asked for before. */
  const BLOCKS = 4;

  test.each<[name: string, file: string, source: object, abortAfter: number]>([
    ['when a long line is passed over', 'line.csv', csv, 1000],
    ['when a long line of NDJSON is passed over', 'line.ndjson', ndjson, 800],
    ['when a long string is passed over', 'string.json', json, 500],
    ['when the size of what is there is looked at', 'line.csv', csv, 6],
    ['when a bomb is passed over', 'as.gz', csv, 30],
    ['before a bomb of spaces has shown anything', 'spaces.gz', json, 4],
    ['before a bomb of line ends has shown anything', 'lines.gz', csv, 4],
  ])('%s', async (_, file, source, abortAfter) => {
    const outcome = await read(job(file, source), abortAfter);
    expect(outcome.error?.message).toBe('asked to stop');
    expect(outcome.reads).toBeLessThan(abortAfter + BLOCKS);
  });

  test('even where nothing ever comes out of a file', async () => {
    // Twenty megabytes of gzip members without content.
    const empty = Buffer.from('1f8b080000000000000303000000000000000000', 'hex');
    folder.file(
      'nothing.gz',
      Buffer.concat(
        Array.from({ length: 1000 }, () => Buffer.concat(numbers(1000, () => '').map(() => empty))),
      ),
    );
    const outcome = await read(job('nothing.gz', ndjson), 20);
    expect(outcome.error?.message).toBe('asked to stop');
    expect(outcome.reads).toBeLessThan(20 + BLOCKS);
  });
});
