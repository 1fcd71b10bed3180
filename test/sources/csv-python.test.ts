import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runPython } from '../support/python.js';
import { open, outcome, PROPERTY, readAll, useFolder } from './reading.js';

const folder = useFolder();

const END: Record<string, string> = { lf: '\n', crlf: '\r\n', cr: '\r' };

/** A table, and how it is written. */
const table = fc.record({
  rows: fc.integer({ min: 1, max: 4 }).chain((width) => {
    const unit = fc.constantFrom(
      ...['a', 'é', '日', '😀', '"', "'", ',', ';', '|', '\n', '\r\n', '\r', '\\', ' ', '\t'],
    );
    const value = fc.string({ unit, maxLength: 8 });
    const row = fc.array(value, { minLength: width, maxLength: width });
    // Line ends in the first row may show that the file is read wrongly.
    return fc
      .array(row, { minLength: 1, maxLength: 20 })
      .map((rows) => [rows[0].map(() => 'x'), rows[0].map(() => 'x'), ...rows]);
  }),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('"', "'"),
  escape: fc.constantFrom(undefined, '\\', '^'),
  lineEnd: fc.constantFrom('lf', 'crlf', 'cr'),
  isNamed: fc.boolean(),
  header: fc.boolean(),
  comment: fc.constantFrom(undefined, '#'),
  quoteAll: fc.boolean(),
  escapeAll: fc.boolean(),
  lastEnd: fc.boolean(),
});
type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;

const tables = fc.array(table, { minLength: 1, maxLength: 12 });
const sizes = fc.record({
  partitionSize: fc.integer({ min: 40, max: 400 }),
  blockSize: fc.integer({ min: 8, max: 100 }),
});

const names = ({ rows }: Table) => rows[0].map((_, i) => `c${i}`);

/** Any line end may stand in quotes, none outside of them: Python takes each for one. */
function field(
  value: string,
  { delimiter, quote, escape: escaper, quoteAll, escapeAll }: Table,
  alone: boolean,
): string {
  const special = [delimiter, quote, '\n', '\r', escaper ?? quote];
  if (!quoteAll && !special.some((c) => value.includes(c)) && !(alone && value === '')) return value;
  const before = (c: string) =>
    c === quote || c === escaper || (escaper && escapeAll) ? (escaper ?? quote) : '';
  return quote + [...value].map((c) => before(c) + c).join('') + quote;
}

function contentOf(any: Table): string {
  const { rows, header, comment, delimiter, lastEnd } = any;
  const end = END[any.lineEnd];
  const lines = [...(header ? [names(any)] : []), ...rows].flatMap((row, i) => [
    ...(comment && i % 2 === 0 ? [`${comment} a "remark, with 'quotes`] : []),
    row.map((value) => field(value, any, row.length === 1)).join(delimiter),
  ]);
  return lines.join(end) + (lastEnd ? end : '');
}

async function ours(path: string, any: Table, options: object): Promise<unknown[]> {
  const { delimiter, quote, escape: escaper, lineEnd, isNamed, header, comment } = any;
  const columns = header ? {} : Object.fromEntries(names(any).map((name) => [name, 'string']));
  const named = isNamed || lineEnd === 'cr' ? lineEnd : 'auto';
  const marks = { delimiter, quote, escape: escaper, lineEnd: named, header, comment };
  const records = await readAll(open({ type: 'csv', path, columns, ...marks }, options));
  return records.map(outcome);
}

/** What both sides of a comparison are told of a file. */
const told = (any: Table, path: string) => ({
  ...any,
  path,
  escape: any.escape ?? null,
  end: END[any.lineEnd],
});

const DIALECT = `
import csv
def dialect(t):
    return dict(delimiter=t['delimiter'], quotechar=t['quote'], escapechar=t['escape'],
                doublequote=t['escape'] is None, strict=True)
`;

describe("Python's csv module", () => {
  test('reads the same values', PROPERTY, async () => {
    const script = `${DIALECT}
def rows(t):
    with open(t['path'], encoding='utf-8', newline='') as lines:
        kept = (line for line in lines if not ('comment' in t and line.startswith(t['comment'])))
        return [row for row in csv.reader(kept, **dialect(t))][1 if t['header'] else 0:]
output = [rows(t) for t in input]`;
    await fc.assert(
      fc.asyncProperty(tables, sizes, async (all, someSizes) => {
        const paths = all.map((any) => folder.newFile('.csv', contentOf(any)));
        const theirs = runPython(
          script,
          all.map((any, i) => told(any, paths[i])),
        );
        expect(theirs).toEqual(all.map(({ rows }) => rows));
        for (const [i, any] of all.entries()) expect(await ours(paths[i], any, someSizes)).toEqual(any.rows);
      }),
      { numRuns: 10 },
    );
  });

  test('writes what is read as the values it was given', PROPERTY, async () => {
    const script = `${DIALECT}
for t in input:
    with open(t['path'], 'w', encoding='utf-8', newline='') as file:
        # With an escape character it would write quotes outside of quotes.
        quoting = csv.QUOTE_ALL if t['quoteAll'] or t['escape'] else csv.QUOTE_MINIMAL
        csv.writer(file, lineterminator=t['end'], quoting=quoting, **dialect(t)).writerows(t['lines'])
output = len(input)`;
    await fc.assert(
      fc.asyncProperty(tables, sizes, async (all, someSizes) => {
        const files = all.map((any) => ({
          ...told(any, folder.newFile('.csv', '')),
          lines: any.header ? [names(any), ...any.rows] : any.rows,
        }));
        expect(runPython(script, files)).toBe(all.length);
        for (const [i, any] of all.entries()) {
          // It leaves a carriage return without quotes where lines end in LF alone.
          expect(await ours(files[i].path, { ...any, isNamed: true }, someSizes)).toEqual(any.rows);
        }
      }),
      { numRuns: 10 },
    );
  });
});
