/** Walks through quotes that come to nothing are remembered: that must change how long reading takes, and nothing else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { source as sourceSchema } from '../../src/job/schema/source.js';
import { dialectOf } from '../../src/sources/csv/dialect.js';
import { RecordScanner } from '../../src/sources/csv/record-scanner.js';
import { cutRecords } from '../../src/sources/files/cut.js';
import { Window } from '../../src/sources/files/window.js';
import { type ReferenceDialect, referenceRecords } from './csv-reference.js';
import { PROPERTY } from './reading.js';

interface Reading {
  readonly dialect?: ReferenceDialect;
  readonly maxRecordSize: number;
  readonly blockSize: number;
  /** Bytes from which on a walk is remembered. */
  readonly longWalk?: number;
}

interface Found {
  readonly offset: number;
  readonly raw: string;
  readonly next: number;
  readonly fault: string | undefined;
}

async function recordsOf(content: string, reading: Reading): Promise<Found[]> {
  const { dialect = {}, maxRecordSize, blockSize, longWalk } = reading;
  const spec = sourceSchema.parse({ type: 'csv', path: '/none', ...dialect });
  if (spec.type !== 'csv') throw new Error('no CSV');
  const bytes = Buffer.from(content, 'latin1');
  let at = 0;
  const input = {
    async readInto(target: Buffer, index: number) {
      const copied = bytes.copy(target, index, at);
      at += copied;
      return copied;
    },
    async close() {},
  };
  const window = new Window(input, 0, blockSize, Infinity);
  const scanner = new RecordScanner(dialectOf(spec), maxRecordSize, longWalk);
  const lost = () => {
    throw new Error('nothing is lost in CSV');
  };
  const found: Found[] = [];
  const { signal } = new AbortController();
  for await (const cut of cutRecords(window, scanner, Infinity, maxRecordSize, signal, lost)) {
    for (const [i, start] of cut.starts.entries()) {
      found.push({
        offset: cut.base + start,
        raw: cut.buffer.toString('latin1', start, cut.ends[i]),
        next: cut.base + cut.nexts[i],
        fault: cut.faults.get(i)?.code,
      });
    }
  }
  return found;
}

/** Lines that open, close and double quotes in each other's way, many times over. */
const piece = fc.oneof(
  fc.constantFrom(
    'x","',
    '","',
    '",',
    ',"',
    '"',
    '""',
    '"""',
    'x',
    ',',
    'x"',
    '"x',
    '\\',
    '\\"',
    '\r',
    '"\r',
  ),
  fc.constantFrom('a,b', '"a"', 'a,"', '"a",', 'a"b', 'a,","y', 'a,"\\"', ',"\\', '"a"b', "',", "'x'"),
);
const line = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\x1e', '');
const block = fc
  .tuple(fc.array(fc.tuple(line, lineEnd), { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 12 }))
  .map(([lines, times]) =>
    lines
      .map((parts) => parts.join(''))
      .join('')
      .repeat(times),
  );
const content = fc.array(block, { minLength: 1, maxLength: 6 }).map((blocks) => blocks.join(''));
const reading = fc.record({
  maxRecordSize: fc.constantFrom(9, 20, 47, 100, 1000),
  blockSize: fc.constantFrom(1, 16, 50, 128, 5000),
  longWalk: fc.constantFrom(0, 1, 10, 40),
  dialect: fc.record({
    quote: fc.constantFrom('"', '"', "'"),
    escape: fc.constantFrom(undefined, undefined, '\\'),
    lineEnd: fc.constantFrom('auto', 'lf', 'crlf', 'cr', '\x1e'),
    comment: fc.constantFrom(undefined, 'x'),
  }),
});

describe('what is remembered of walks', () => {
  test('changes no record', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(content, reading, async (text, how) => {
        expect(await recordsOf(text, how)).toEqual(await recordsOf(text, { ...how, longWalk: Infinity }));
      }),
      { numRuns: 4000 },
    );
  });

  test('gives the records that the rules give', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(content, reading, async (text, how) => {
        const records = await recordsOf(text, how);
        const expected = referenceRecords(text, 0, how.maxRecordSize, how.dialect);
        const { maxRecordSize } = how;
        expect(
          records.map(({ offset, raw, fault = 'good' }) => [offset, raw.slice(0, maxRecordSize), fault]),
        ).toEqual(expected.map(({ offset, raw, kind }) => [offset, raw.slice(0, maxRecordSize), kind]));
      }),
      { numRuns: 600 },
    );
  });

  test('does not hide a stray quote of a record that goes the same way and ends well', async () => {
    const how = { maxRecordSize: 20, blockSize: 100, longWalk: 0 };
    const first = 'a,"\n';
    const second = 'b,",x","q",x"y,"pp"\n';
    expect(await recordsOf(first + second, how)).toMatchObject([
      { raw: first.trim(), fault: 'unclosed_quote' },
      { raw: second.trim(), fault: 'stray_quote' },
    ]);
  });

  test('stays right where there is more than can be remembered', async () => {
    const how = { maxRecordSize: 1024 * 1024, blockSize: 1024 * 1024, longWalk: 0 };
    // A walk that goes through all of it, as many that end at once, and some that go the way of the first one.
    const text = `a,"\n${'a,","y\n'.repeat(66_000)}${'x","\n'.repeat(10)}`;
    const records = await recordsOf(text, how);
    expect(records.length).toBe(66_011);
    expect(records).toEqual(await recordsOf(text, { ...how, longWalk: Infinity }));
  });
});

// Were each of these lines as much work as the longest record is, this would take an hour.
test.each<[name: string, unit: string, last: string, fault: string, dialect?: ReferenceDialect]>([
  ['whose quotes never close', 'x","\n', '', 'unclosed_quote'],
  ['that all meet a wrong quote in the end', 'x","\n', '"y', 'stray_quote'],
  ['that end with the escape character', 'x","\n', '\\', 'unclosed_quote', { escape: '\\' }],
])('a file of lines %s is read in one go', async (_, unit, last, fault, dialect = {}) => {
  const count = 800_000;
  const text = unit.repeat(count) + last;
  const how = { dialect, maxRecordSize: 4 * 1024 * 1024, blockSize: 1024 * 1024 };
  const records = await recordsOf(text, how);
  expect(records.length).toBeGreaterThanOrEqual(count);
  expect(new Set(records.slice(0, count - 2).map((record) => record.fault))).toEqual(new Set([fault]));
});
