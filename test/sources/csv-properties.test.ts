import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceRecords } from './csv-reference.js';
import {
  expectResumable,
  gzipMembers,
  open,
  PROPERTY,
  partitionsOf,
  type ReadRecord,
  readAll,
  useFolder,
} from './reading.js';

const folder = useFolder();

/** Pieces that CSV files break at, as Latin-1 text so that invalid UTF-8 can be among them. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('"', ',', '\n', 'a', 'bc') },
  { weight: 2, arbitrary: fc.constantFrom('""', '\r\n', '","', '"\n', '\n"', ',"', '\r', '\\', ' ') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\xc3\xa9', '\xe6\x97\xa5', '\xff', '\0', '\n\n\n', 'x'.repeat(30)),
  },
);
const bytes = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
const header = fc.constantFrom('a,b\n', 'a,b\r\n', '\xef\xbb\xbfa,b\n', '\n"a",b\n', '"a\nx",b\n');
const sizes = fc.record({
  partitionSize: fc.integer({ min: 1, max: 60 }),
  blockSize: fc.integer({ min: 1, max: 40 }),
});
const maxRecordSize = fc.constantFrom(7, 8, 9, 12, 40, 1000);

const csv = (path: string, more: Record<string, unknown> = {}) => ({ type: 'csv', path, ...more });

/** A file of anything, and how it is read. */
const input = fc.record({
  header,
  rest: bytes,
  ending: fc.constantFrom('.csv', '.csv.gz'),
  maxRecordSize,
  escape: fc.constantFrom(undefined, '\\'),
});

function write(content: string, ending = '.csv'): string {
  const raw = Buffer.from(content, 'latin1');
  return folder.newFile(ending, ending.endsWith('.gz') ? gzipMembers(raw) : raw);
}

describe('any bytes', () => {
  test('split and read in any sizes are the records of the whole, in order', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async ({ header: first, rest, ending, ...more }, any) => {
        const spec = csv(write(first + rest, ending), { ...more, nullText: 'a' });
        const whole = await readAll(open(spec));
        expect(await readAll(open(spec, any))).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  test('are taken apart as the rules say', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async ({ header: first, rest, ending, maxRecordSize: max }, any) => {
        const content = first + rest;
        const records = await readAll(open(csv(write(content, ending), { maxRecordSize: max }), any));
        const expected = referenceRecords(content, first.length, max);
        expect(records.map(({ raw, place }) => [Number(place.split(' ')[2]), raw])).toEqual(
          expected.map(({ offset, raw }) => [offset, raw]),
        );
        for (const [i, { kind }] of expected.entries()) {
          // What the quotes do not tell is told by the bytes and the number of fields.
          const known = ['stray_quote', 'unclosed_quote', 'record_too_long'].find(
            (code) => code === records[i].fault,
          );
          expect(known ?? 'good').toBe(kind);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('are read on after any record', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async ({ header: first, rest, ending, ...more }, any) => {
        const source = open(csv(write(first + rest, ending), more), any);
        for (const partition of (await partitionsOf(source)).partitions)
          await expectResumable(source, partition);
      }),
      { numRuns: 100 },
    );
  });

  test('a partition ends where its last record says', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(header, bytes, sizes, async (first, rest, any) => {
        const content = first + rest;
        const source = open(csv(write(content)), any);
        const { partitions } = await partitionsOf(source);
        const ends = [...partitions.slice(1).map(({ start }) => start), content.length];
        for (const [i, partition] of partitions.entries()) {
          const positions: unknown[] = [];
          for await (const batch of source.read(partition, partition.start, new AbortController().signal)) {
            positions.push(batch.positionAfter(batch.length - 1));
          }
          expect(positions.at(-1)).toBe(ends[i]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('well-formed rows', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '日', '😀', '"', ',', ';', '\n', '\r\n', '\\', ' ', "'"),
  });
  const rows = fc.array(fc.array(text, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 12 });
  const dialect = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t'),
    quote: fc.constantFrom('"', "'"),
    escape: fc.constantFrom(undefined, '\\'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    quoteAll: fc.boolean(),
  });

  test('come back as they were written', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(rows, dialect, sizes, async (values, { lineEnd, quoteAll, ...marks }, any) => {
        const line = (row: readonly string[]) =>
          row.map((value) => field(value, marks, quoteAll)).join(marks.delimiter) + lineEnd;
        const content = line(['x', 'y']) + values.map(line).join('');
        const source = open(csv(folder.newFile('.csv', content), marks), any);
        expect((await readAll(source)).map((record: ReadRecord) => record.values)).toEqual(values);
      }),
      { numRuns: 200 },
    );
  });

  function field(
    value: string,
    { delimiter, quote, escape: before = quote }: { delimiter: string; quote: string; escape?: string },
    always: boolean,
  ): string {
    const special = ['\n', '\r', delimiter, quote];
    if (!always && value !== '' && !special.some((mark) => value.includes(mark))) return value;
    return quote + [...value].map((c) => (c === quote || c === before ? before + c : c)).join('') + quote;
  }
});
