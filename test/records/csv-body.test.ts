import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/job/message.js';
import { createConverter } from '../../src/records/converter.js';
import { packing } from '../../src/records/message/packing.js';
import { jobOf, textBatch } from './support.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }).filter((value) => value.isWellFormed()),
  fc.constantFrom('', '\\N', 'NULL', '"', ',', ';', '\n', '\r', ' ', 'a"b', '\u{1f600}'),
);
const nullText = fc.constantFrom('', '\\N', 'NULL', ' ');
const delimiter = fc.constantFrom(',', ';', '\t', '|', '^', ']', '\\', '-', '\u{1f600}');
const csv = fc
  .record({
    header: fc.boolean(),
    delimiter,
    quoting: fc.constantFrom('minimal' as const, 'all' as const, 'none' as const),
    nullText,
  })
  .filter((options) => !options.nullText.includes(options.delimiter));
const row = fc.array(fc.option(text), { minLength: 1, maxLength: 6 });

const names = (values: readonly unknown[]) => values.map((_, index) => `c${index}`);

const convert = (values: readonly (string | null)[], options: object) =>
  createConverter(jobOf({ sink: { format: 'csv', csv: options } }), names(values))(
    textBatch(names(values), [values]),
    0,
  );

/** Values and nulls as csv-parse reads them: null is what stands for it, and not in quotes. */
function read(body: string, options: { delimiter: string; nullText: string; quoting: string }) {
  return parse(body, {
    delimiter: options.delimiter,
    quote: options.quoting === 'none' ? null : '"',
    record_delimiter: '\n',
    cast: (value, { quoting }) => (!quoting && value === options.nullText ? null : value),
  });
}

describe('CSV bodies', () => {
  it('give back values and nulls, whatever delimiter, quoting and null the job has', () => {
    fc.assert(
      fc.property(row, csv, (values, options) => {
        const made = convert(values, options);
        if ('code' in (made as object)) {
          expect(['needs_quotes', 'empty_line']).toContain((made as { code: string }).code);
          return;
        }
        const lines = read(String((made as Message).body), options);
        expect(lines.slice(options.header ? 1 : 0)).toEqual([values]);
        if (options.header) expect(lines[0]).toEqual(names(values));
      }),
      { numRuns: 200 },
    );
  }, 20_000);

  it('are refused only where they could not be read back', () => {
    const dirty = (values: (string | null)[], options: object) =>
      (convert(values, options) as { code?: string }).code;
    expect(dirty([null], {})).toBe('empty_line');
    expect(dirty([''], {})).toBeUndefined();
    expect(dirty(['', null], { quoting: 'none' })).toBe('needs_quotes');
    expect(dirty(['', 'x'], { quoting: 'none', nullText: '\\N' })).toBeUndefined();
    expect(dirty(['\\N', 'x'], { quoting: 'none', nullText: '\\N' })).toBe('needs_quotes');
    expect(dirty(['a;b', 'x'], { quoting: 'none' })).toBeUndefined();
    expect(dirty(['a;b', 'x'], { quoting: 'none', delimiter: ';' })).toBe('needs_quotes');
    expect(dirty([null, 'a\nb'], { quoting: 'none' })).toBe('needs_quotes');
  });

  it('without quotes refuse a header that needs some', () => {
    const job = jobOf({ sink: { format: 'csv', csv: { header: true, quoting: 'none' } } });
    expect(() => createConverter(job, ['a', 'b,c'])).toThrow(
      expect.objectContaining({ code: 'needs_quotes', fault: 'user' }),
    );
  });

  it('leave the header to the message where records share one', () => {
    const job = jobOf({
      sink: { format: 'csv', recordsPerMessage: 2, csv: { header: true } },
      transform: [{ rename: { a: 'x' } }, { drop: ['b'] }, { constant: { from: 'file' } }],
    });
    expect(createConverter(job, ['a', 'b'])(textBatch(['a', 'b'], [['1', '2']]), 0)).toMatchObject({
      body: '1,file',
    });
    expect(packing(job, ['a', 'b'])).toEqual({ records: 2, before: 'x,from\n', between: '\n', after: '' });
  });
});
