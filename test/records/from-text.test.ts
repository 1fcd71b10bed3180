import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConverter } from '../../src/records/converter.js';
import { jobOf, textBatch } from './support.js';

const convert = (
  columns: readonly string[],
  row: readonly (string | null)[],
  more: Parameters<typeof jobOf>[0] = {},
) => createConverter(jobOf(more), columns)(textBatch(columns, [row]), 0);

const csv = (columns: object) => ({
  source: { type: 'csv' as const, path: '/x', columns: columns as never },
});

const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());

describe('records of text columns', () => {
  it('become JSON objects with the same texts', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.option(text)),
        (columns, stream) => {
          const row = [...stream.take(columns.length)];
          const result = convert(columns, row) as { body: string };
          expect(Object.entries(JSON.parse(result.body)).sort()).toEqual(
            columns.map((name, i) => [name, row[i]]).sort(),
          );
        },
      ),
    );
  });

  it('become lines of CSV that a CSV reader reads back', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (row) => {
        const result = convert(
          row.map((_, i) => `c${i}`),
          row,
          { sink: { format: 'csv' } },
        ) as { body: string };
        expect(parse(result.body, { relax_column_count: true })).toEqual([row]);
      }),
    );
  });

  it('keep numbers digit for digit', () => {
    const columns = csv({ a: 'integer', b: 'decimal', c: 'boolean', d: 'string' });
    const result = convert(['a', 'b', 'c', 'd'], ['1234567890123456789', '-0.10e5', 'TRUE', '007'], columns);
    expect(result).toMatchObject({ body: '{"a":1234567890123456789,"b":-0.10e5,"c":true,"d":"007"}' });
  });

  it.each([
    ['integer', '1.5', 'not_integer'],
    ['integer', 'x', 'not_integer'],
    ['integer', '', 'not_integer'],
    ['integer', ' 1', 'not_integer'],
    ['integer', '007', 'not_integer'],
    ['integer', '+1', 'not_integer'],
    ['integer', '1\n', 'not_integer'],
    ['decimal', '1,5', 'not_decimal'],
    ['decimal', '.5', 'not_decimal'],
    ['decimal', 'NaN', 'not_decimal'],
    ['boolean', '1', 'not_boolean'],
    ['boolean', 'yes', 'not_boolean'],
  ])('a column of type %s makes %j dirty', (type, value, code) => {
    expect(convert(['a'], [value], csv({ a: type }))).toMatchObject({ code });
  });

  it('end the run when the columns are not the ones that were validated', () => {
    const converter = createConverter(jobOf({}), ['a', 'b']);
    expect(converter(textBatch(['a', 'b'], [['1', '2']]), 0)).toMatchObject({ body: '{"a":"1","b":"2"}' });
    expect(() => converter(textBatch(['b', 'a'], [['1', '2']]), 0)).toThrow(
      expect.objectContaining({ code: 'input_changed', fault: 'user' }),
    );
  });

  it('miss a required value when it is null', () => {
    const columns = csv({ a: { type: 'integer', required: true } });
    expect(convert(['a'], [null], columns)).toMatchObject({ code: 'value_missing' });
    expect(convert(['a'], [null], csv({ a: 'integer' }))).toMatchObject({ body: '{"a":null}' });
  });

  it('are renamed, shortened and added to in the order of the steps', () => {
    const result = convert(['a', 'b', 'c'], ['1', '2', '3'], {
      transform: [{ drop: ['b'] }, { constant: { b: 'new', n: 1 } }, { rename: { a: 'x', n: 'count' } }],
    });
    expect(result).toMatchObject({ body: '{"x":"1","c":"3","b":"new","count":1}' });
  });

  it('check the type of a column also when it is dropped', () => {
    expect(
      convert(['a', 'b'], ['x', '1'], { ...csv({ a: 'integer' }), transform: [{ drop: ['a'] }] }),
    ).toMatchObject({
      code: 'not_integer',
    });
  });

  it('join the key from fields as they are after the transform, white space encoded', () => {
    const more = { sink: { keyFields: ['x', 'b'] }, transform: [{ rename: { a: 'x' } }] };
    expect(convert(['a', 'b'], ['New York\u3000', 'b:1'], more)).toMatchObject({
      key: 'New%20York%E3%80%80:b:1',
    });
    expect(convert(['a', 'b'], ['', 'b'], more)).toMatchObject({ code: 'key_missing' });
    expect(convert(['a', 'b'], [null, 'b'], more)).toMatchObject({ code: 'key_missing' });
  });

  it.each([
    [{ transform: [{ rename: { z: 'y' } }] }, 'unknown_field'],
    [{ transform: [{ drop: ['z'] }] }, 'unknown_field'],
    [{ transform: [{ rename: { a: 'b' } }] }, 'duplicate_field'],
    [{ transform: [{ constant: { a: 1 } }] }, 'duplicate_field'],
    [{ transform: [{ drop: ['a', 'b'] }] }, 'no_fields'],
    [{ sink: { keyFields: ['z'] } }, 'unknown_field'],
  ])('refuse %j', (more, code) => {
    expect(() => convert(['a', 'b'], ['1', '2'], more)).toThrow(
      expect.objectContaining({ code, fault: 'user' }),
    );
  });
});
