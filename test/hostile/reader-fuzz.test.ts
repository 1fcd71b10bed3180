/** Readers on anything: random bytes, and files of each format with damage done to them. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../src/job/fault.js';
import type { Position } from '../../src/job/report.js';
import { placeOf } from '../../src/sources/files/position.js';
import type { Partition, RecordBatch, Source } from '../../src/sources/source.js';
import { encode } from '../sources/alphabets.js';
import { documentsAndPath } from '../sources/json-tree.js';
import { open, PROPERTY, partitionsOf, useFolder } from '../sources/reading.js';
import { storedZstd } from '../support/zstd.js';

const folder = useFolder();

/** What one record says of itself. */
interface Seen {
  readonly id: string;
  readonly raw: string;
  readonly fault: string | undefined;
  readonly content: string;
}

interface Read {
  readonly records: readonly Seen[];
  readonly positions: readonly Position[];
  /** Code of the fault that ended it. */
  readonly ended: string | undefined;
}

/** The code of a fault of the user's; all else that is thrown is a mistake of the reader's. */
function codeOf(error: unknown): string {
  if (error instanceof Fault && error.fault === 'user') return error.code;
  throw error;
}

async function read(source: Source, partition: Partition, position = partition.start): Promise<Read> {
  const batches: RecordBatch[] = [];
  let ended: string | undefined;
  try {
    const signal = new AbortController().signal;
    for await (const batch of source.read(partition, position, signal)) batches.push(batch);
  } catch (error) {
    ended = codeOf(error);
  }
  const of = <T>(what: (batch: RecordBatch, i: number) => T): T[] =>
    batches.flatMap((batch) => Array.from({ length: batch.length }, (_, i) => what(batch, i)));
  return { records: of(seen), positions: of((batch, i) => batch.positionAfter(i)), ended };
}

function seen(batch: RecordBatch, i: number): Seen {
  const fault = batch.fault(i)?.code;
  const content = () =>
    batch.shape === 'text' ? JSON.stringify(batch.values(i)) : Buffer.from(batch.json(i)).toString();
  const raw = Buffer.from(batch.raw(i)).toString('latin1');
  return { id: batch.id(i), raw, fault, content: fault === undefined ? content() : '' };
}

interface Whole extends Read {
  readonly partitions: readonly (Partition & { readonly read: Read })[];
}

async function readWhole(source: Source): Promise<Whole> {
  const partitions: (Partition & { read: Read })[] = [];
  let ended: string | undefined;
  try {
    for (const partition of (await partitionsOf(source)).partitions) {
      const part = await read(source, partition);
      partitions.push({ ...partition, read: part });
      ended = part.ended;
      if (ended !== undefined) break;
    }
  } catch (error) {
    ended = codeOf(error);
  }
  const records = partitions.flatMap((partition) => partition.read.records);
  return {
    partitions,
    records,
    positions: partitions.flatMap((partition) => partition.read.positions),
    ended,
  };
}

const FORMATS: { name: string; fields: object }[] = [
  { name: 'csv', fields: { type: 'csv' } },
  {
    name: 'csv',
    fields: { type: 'csv', header: false, columns: { a: 'string', b: 'string' }, escape: '\\', comment: '#' },
  },
  { name: 'ndjson', fields: { type: 'ndjson' } },
  { name: 'json', fields: { type: 'json' } },
  { name: 'json', fields: { type: 'json', recordPath: 'a.b' } },
  { name: 'json', fields: { type: 'json', recordPath: ['*', 'a', '*'] } },
];

/** One of each way to UTF-8, and of those one for each decoder. */
const ENCODINGS = ['utf-8', 'gb18030', 'shift_jis', 'windows-1252', 'utf-16le', 'utf-16be', 'iso-2022-jp'];

const COMPRESSIONS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  '': (bytes) => bytes,
  '.gz': (bytes) => gzipSync(bytes),
  '.zst': (bytes) => storedZstd(bytes, { blockBytes: 50 }),
};

/** Text that a file of a format may have. */
const cell = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    'text',
    '日本',
    '"quoted"',
    '"a, b"',
    '"a\nb"',
    '"say ""hi"""',
    "=cmd|' /C calc'!A0",
    '__proto__',
  ),
  fc.string({ maxLength: 8 }),
);
const csvText = fc
  .tuple(fc.constantFrom('\n', '\r\n'), fc.array(fc.tuple(cell, cell), { maxLength: 12 }))
  .map(([end, rows]) => `a,b${end}${rows.map(([a, b]) => `${a},${b}${end}`).join('')}`);
const ndjsonText = fc
  .array(fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'é'), fc.jsonValue()), { maxLength: 12 })
  .map((records) => records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const jsonText = fc.oneof(
  documentsAndPath.map(({ content }) => content),
  ndjsonText.map((lines) => `[${lines.trim().replaceAll('\n', ',\n')}]`),
  ndjsonText.map((lines) => `{"a":{"b":[${lines.trim().replaceAll('\n', ',')}]}}`),
);
const TEXTS = { csv: csvText, ndjson: ndjsonText, json: jsonText };

/** Damage: a bit turned, a piece cut out, said twice or put elsewhere, NULs put in, the end cut off. */
const damage = fc.record({
  kind: fc.constantFrom('bit', 'delete', 'double', 'nul', 'cut', 'move'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 40 }),
});

function damaged(bytes: Buffer, damages: readonly { kind: string; at: number; length: number }[]): Buffer {
  return damages.reduce((now, { kind, at, length }) => {
    const place = at % (now.length + 1);
    const [before, piece, after] = [
      now.subarray(0, place),
      now.subarray(place, place + length),
      now.subarray(place + length),
    ];
    switch (kind) {
      case 'bit':
        return Buffer.from(now.map((byte, i) => (i === place ? byte ^ (1 << (length % 8)) : byte)));
      case 'delete':
        return Buffer.concat([before, after]);
      case 'double':
        return Buffer.concat([before, piece, piece, after]);
      case 'nul':
        return Buffer.concat([before, Buffer.alloc(length), piece, after]);
      case 'cut':
        return Buffer.from(before);
      default:
        return Buffer.concat([piece, before, after]);
    }
  }, bytes);
}

const anyFormat = fc.constantFrom(...FORMATS);
const options = fc.record({
  encoding: fc.constantFrom('utf-8', 'utf-8', ...ENCODINGS),
  ending: fc.constantFrom('', '', ...Object.keys(COMPRESSIONS)),
  maxRecordSize: fc.constantFrom(8, 40, 1000, 4096),
});

/** Where damage is done: in the text, or in what the compressor has made of it. */
const real = anyFormat.chain(({ name, fields }) =>
  fc.record({
    name: fc.constant(name),
    fields: fc.constant(fields),
    text: TEXTS[name as keyof typeof TEXTS],
    inside: fc.array(damage, { maxLength: 3 }),
    outside: fc.array(damage, { maxLength: 2 }),
    options,
  }),
);

const random = fc.record({
  format: anyFormat,
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    // Bytes that mean something come often enough only if there are few others.
    fc.array(fc.constantFrom(...Buffer.from('{}[]",:\\\n\r a0\0\xff\x81\x1b$B', 'latin1')), {
      maxLength: 200,
    }),
  ),
  isPacked: fc.boolean(),
  options,
});

const sizes = fc.record({
  partitionSize: fc.constantFrom(1, 7, 50, 1000),
  blockSize: fc.constantFrom(1, 3, 16, 100, 5000),
});

/**
 * Two readings of the same file are the same. But where a compressed one is damaged, that shows when the bytes are decompressed, which
 * may be before or after the records in front of them are given out.
 */
function expectSame(some: Read, others: Read, isPacked: boolean): void {
  const isTorn = isPacked && [some.ended, others.ended].includes('input_corrupt');
  const length = isTorn ? Math.min(some.records.length, others.records.length) : undefined;
  expect(some.records.slice(0, length)).toEqual(others.records.slice(0, length));
  if (isTorn) expect([typeof some.ended, typeof others.ended]).toEqual(['string', 'string']);
  else expect(some.ended).toBe(others.ended);
}

/** What holds of every file: see docs/hostile-input.md. */
async function check(
  spec: Record<string, unknown>,
  someSizes: object,
  contentLength?: number,
): Promise<void> {
  const isPacked = /\.(gz|zst)$/.test(String(spec.path));
  const whole = await readWhole(open(spec));
  const parts = await readWhole(open(spec, someSizes));
  // How it is split and in which blocks it is read makes no difference.
  expectSame(parts, whole, isPacked);
  // Each record is one of its own, good or dirty, and positions go up, one after each record.
  expect(parts.positions).toHaveLength(parts.records.length);
  expect(new Set(parts.records.map(({ id }) => id)).size).toBe(parts.records.length);
  const offsets = parts.positions.map((position) => placeOf(position).offset);
  for (const [i, offset] of offsets.entries()) {
    expect(offset).toBeGreaterThanOrEqual(offsets[i - 1] ?? 0);
    if (offset === offsets[i - 1]) expect(parts.positions[i]).not.toBe(parts.positions[i - 1]);
    // The last position of an array lies one behind the file.
    if (contentLength !== undefined) expect(offset).toBeLessThanOrEqual(contentLength + 1);
  }
  // Reading goes on after any record as if it had never stopped.
  const source = open(spec, someSizes);
  for (const partition of parts.partitions) {
    const { records, positions, ended } = partition.read;
    for (const i of new Set([0, records.length >> 1, records.length - 1])) {
      if (i < 0) continue;
      const rest = await read(source, partition, positions[i]);
      expectSame(rest, { records: records.slice(i + 1), positions: positions.slice(i + 1), ended }, isPacked);
    }
  }
}

test('random bytes', PROPERTY, async () => {
  await fc.assert(
    fc.asyncProperty(random, sizes, async ({ format, bytes, isPacked, options: how }, someSizes) => {
      const { ending, ...rest } = how;
      const content = Buffer.from(bytes);
      const file = isPacked ? COMPRESSIONS[ending](content) : content;
      const path = folder.newFile(`.${format.name}${ending}`, file);
      const length =
        rest.encoding.startsWith('utf-8') && (isPacked || ending === '') ? content.length : undefined;
      await check({ ...format.fields, ...rest, path }, someSizes, length);
    }),
    { numRuns: 1000 },
  );
});

test('files with damage', PROPERTY, async () => {
  await fc.assert(
    fc.asyncProperty(
      real,
      sizes,
      async ({ name, fields, text, inside, outside, options: how }, someSizes) => {
        const { ending, ...rest } = how;
        const content = damaged(encoded(text, rest.encoding), inside);
        const file = damaged(COMPRESSIONS[ending](content), outside);
        const path = folder.newFile(`.${name}${ending}`, file);
        await check({ ...fields, ...rest, path }, someSizes);
      },
    ),
    { numRuns: 500 },
  );
});

/** What an encoding has no bytes for stands there in others. */
function encoded(text: string, encoding: string): Buffer {
  try {
    return encode(text, encoding);
  } catch {
    return Buffer.from(text);
  }
}

test('a damaged file of each kind, byte by byte', PROPERTY, async () => {
  const texts = {
    csv: 'a,b\n1,"x\ny"\n"2",日本\n3,\n',
    ndjson: '{"a":{"b":[{"c":1}]}}\n{"a":"\\u00e9"}\n{}\n',
    json: '[{"a":{"b":{"c":"}]"}}},\n{"a":{"b":[1,{"d":null}]}}]',
  };
  for (const { name, fields } of FORMATS) {
    const bytes = Buffer.from(texts[name as keyof typeof texts]);
    for (const value of [0, 0x22, 0x0a, 0xff]) {
      for (let at = 0; at < bytes.length; at += 2) {
        const content = Buffer.from(bytes);
        content[at] = value;
        const path = folder.newFile(`.${name}`, content);
        await check(
          { ...fields, path, maxRecordSize: 30 },
          { partitionSize: 9, blockSize: 5 },
          content.length,
        );
      }
    }
  }
});
