import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ReferenceDialect, referenceRecords } from './csv-reference.js';
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
  { weight: 6, arbitrary: fc.constantFrom('"', ',', '\n', '\r\n', 'a', 'bc') },
  { weight: 3, arbitrary: fc.constantFrom('""', '","', '"\n', '\n"', ',"', '"\r', '\r', '\x1e', '\\', ' ') },
  { weight: 2, arbitrary: fc.constantFrom('#', '\n#', '\r\n#"', '#\r', ';', "'", '\r"', '\x1e#') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\xc3\xa9', '\xe6\x97\xa5', '\xff', '\0', '\n\n\n', 'x'.repeat(30)),
  },
);
const bytes = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
const lineEnd = fc.constantFrom('auto', 'lf', 'crlf', 'cr', '\x1e', 'b');
const comment = fc.constantFrom(undefined, '#');
const begin = fc.constantFrom('header', 'marked', 'quoted', 'after blanks', 'after comment', 'none', 'mark');
const sizes = fc.record({
  partitionSize: fc.integer({ min: 1, max: 60 }),
  blockSize: fc.integer({ min: 1, max: 40 }),
});

const END: Record<string, string> = { auto: '\n', lf: '\n', crlf: '\r\n', cr: '\r' };
const endOf = (name: string) => END[name] ?? name;

const csv = (path: string, more: Record<string, unknown> = {}) => ({ type: 'csv', path, ...more });

/** A file of anything, and how it is read. */
const input = fc.record({
  begin,
  rest: bytes,
  ending: fc.constantFrom('.csv', '.csv.gz'),
  dialect: fc.record({
    maxRecordSize: fc.constantFrom(7, 8, 9, 12, 40, 1000),
    delimiter: fc.constantFrom(',', ',', ';'),
    quote: fc.constantFrom('"', '"', "'"),
    escape: fc.constantFrom(undefined, undefined, '\\'),
    lineEnd,
    comment,
  }),
});

type Input = typeof input extends fc.Arbitrary<infer T> ? T : never;

/** @returns what stands before the records, the whole content, and the source that reads it */
function write({ begin: kind, rest, ending, dialect }: Input) {
  const first = beginningOf(kind, dialect);
  const raw = Buffer.from(first + rest, 'latin1');
  const path = folder.newFile(ending, ending.endsWith('.gz') ? gzipMembers(raw) : raw);
  const header = kind !== 'none' && kind !== 'mark';
  const columns = header ? {} : { a: 'string', c: 'string' };
  return { first, content: first + rest, spec: csv(path, { ...dialect, header, columns }) };
}

function beginningOf(kind: string, dialect: ReferenceDialect): string {
  const { delimiter = ',', quote = '"', comment: mark, lineEnd: name = 'auto' } = dialect;
  const end = endOf(name);
  const header = `a${delimiter}c${end}`;
  switch (kind) {
    case 'marked':
      return `\xef\xbb\xbf${header}`;
    case 'quoted':
      return `${quote}a${quote}${delimiter}c${end}`;
    case 'after blanks':
      return end + end + header;
    case 'after comment':
      return mark === undefined
        ? header
        : `${mark}${quote} a longer line than the longest record${end}${header}`;
    case 'mark':
      return '\xef\xbb\xbf';
    default:
      return kind === 'none' ? '' : header;
  }
}

/** Bytes that begin as a file with other line ends does are refused, not read. */
async function skipOtherLineEnds(spec: Record<string, unknown>): Promise<void> {
  const code = await open(spec)
    .describe()
    .then(
      () => undefined,
      (error) => error.code,
    );
  fc.pre(code !== 'line_ends');
}

describe('any bytes', () => {
  test('split and read in any sizes are the records of the whole, in order', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async (any, someSizes) => {
        const spec = { ...write(any).spec, nullText: 'a' };
        await skipOtherLineEnds(spec);
        const whole = await readAll(open(spec));
        expect(await readAll(open(spec, someSizes))).toEqual(whole);
      }),
      { numRuns: 600 },
    );
  });

  test('are taken apart as the rules say', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async (any, someSizes) => {
        const { content, first, spec } = write(any);
        await skipOtherLineEnds(spec);
        const records = await readAll(open(spec, someSizes));
        const expected = referenceRecords(content, first.length, any.dialect.maxRecordSize, any.dialect);
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
      { numRuns: 1000 },
    );
  });

  test('are read on after any record', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async (any, someSizes) => {
        const { spec } = write(any);
        await skipOtherLineEnds(spec);
        const source = open(spec, someSizes);
        for (const partition of (await partitionsOf(source)).partitions)
          await expectResumable(source, partition);
      }),
      { numRuns: 150 },
    );
  });

  test('a partition ends where its last record says', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(input, sizes, async (any, someSizes) => {
        const { content, spec } = write({ ...any, ending: '.csv' });
        await skipOtherLineEnds(spec);
        const source = open(spec, someSizes);
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
      { numRuns: 150 },
    );
  });
});

describe('well-formed rows', () => {
  const text = fc.string({
    unit: fc.constantFrom(
      ...['a', 'é', '日', '😀', '"', ',', ';', '\n', '\r\n', '\r', '\x1e', '#', '\\', ' ', "'"],
    ),
  });
  const rows = fc
    .array(fc.array(text, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 12 })
    // Line ends in the first row, or at the start of the next one, may show that the file is read wrongly.
    .map((some) => [['x', 'y'], ['x', 'y'], ...some]);
  const anyDialect = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t'),
    quote: fc.constantFrom('"', "'"),
    escape: fc.constantFrom(undefined, '\\'),
    lineEnd: fc.constantFrom('auto', 'lf', 'crlf', 'cr', '\x1e'),
    comment,
    header: fc.boolean(),
  });
  const style = fc.record({
    quoteAll: fc.boolean(),
    autoEnd: fc.constantFrom('\n', '\r\n'),
    remark: fc.constantFrom('#', '# "text', "#'\\"),
  });

  test('come back as they were written, with nothing more quoted than must be', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(rows, anyDialect, style, sizes, async (values, dialect, how, someSizes) => {
        const { header, ...marks } = dialect;
        const end = marks.lineEnd === 'auto' ? how.autoEnd : endOf(marks.lineEnd);
        const remark = marks.comment ? how.remark + end : '';
        const line = (row: readonly string[]) =>
          remark + row.map((value) => field(value, marks, how.quoteAll)).join(marks.delimiter) + end;
        const content = (header ? line(['x', 'y']) : '') + values.map(line).join('');
        const columns = header ? {} : { x: 'string', y: 'string' };
        const spec = csv(folder.newFile('.csv', content), { ...dialect, columns });
        const records = await readAll(open(spec, someSizes));
        expect(records.map((record: ReadRecord) => record.values)).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  function field(value: string, marks: ReferenceDialect, always: boolean): string {
    const {
      delimiter = ',',
      quote = '"',
      escape: before = quote,
      comment: mark,
      lineEnd: name = 'auto',
    } = marks;
    const special = [endOf(name), delimiter, quote];
    const isSpecial =
      special.some((part) => value.includes(part)) ||
      (mark !== undefined && value.startsWith(mark)) ||
      (name === 'auto' && value.endsWith('\r'));
    if (!isSpecial && (!always || value === '')) return value;
    return quote + [...value].map((c) => (c === quote || c === before ? before + c : c)).join('') + quote;
  }
});
