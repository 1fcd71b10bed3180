import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Converted, createConverter, isMessage } from '../../src/records/converter.js';
import { members } from '../../src/records/json-members.js';
import { jobOf, jsonBatch } from './support.js';

const convert = (record: string, more: Parameters<typeof jobOf>[0] = {}) =>
  createConverter(jobOf({ source: { type: 'ndjson', path: '/x' }, ...more }), undefined)(
    jsonBatch([record]),
    0,
  );

const bodyOf = (result: Converted) =>
  isMessage(result) ? Buffer.from(result.body as string).toString() : result;

describe('members', () => {
  it('takes any object apart so that its values, put together again, are the same text', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.nat(3),
        (object, indent) => {
          const json = JSON.stringify(object, null, indent);
          const { names, values } = members(json);
          expect(names).toEqual(Object.keys(object));
          expect(values.map((value) => JSON.parse(value))).toEqual(Object.values(JSON.parse(json)));
          for (const value of values) expect(json).toContain(value);
        },
      ),
    );
  });

  it('keeps numbers as they stand, and names with escapes', () => {
    expect(members('{"a" : 1234567890123456789 ,"\\u0062":1.10, "c":{"x":[1,"]}"]} , "d":"\\\\"}')).toEqual({
      names: ['a', 'b', 'c', 'd'],
      values: ['1234567890123456789', '1.10', '{"x":[1,"]}"]}', '"\\\\"'],
    });
  });
});

describe('records that are JSON', () => {
  it('go through byte for byte where nothing changes them, also with keys and types', () => {
    const record = '{ "id":1234567890123456789,  "a":1.10,"t":"\\u00e9" }';
    expect(bodyOf(convert(record))).toBe(record);
    const keyed = convert(record, {
      source: { type: 'ndjson', path: '/x', columns: { id: 'integer', a: 'decimal' } },
      sink: { keyFields: ['id', 't'] },
    });
    expect(bodyOf(keyed)).toBe(record);
    expect(keyed).toMatchObject({ key: '1234567890123456789:é' });
  });

  it('are renamed, shortened and added to, values as they stood', () => {
    const result = convert('{"a":1.50,"b":2,"c":[1, 2]}', {
      transform: [{ rename: { a: 'x' } }, { drop: ['b'] }, { constant: { from: 'file', n: null } }],
    });
    expect(bodyOf(result)).toBe('{"x":1.50,"c":[1, 2],"from":"file","n":null}');
  });

  it.each([
    ['{"n":1.5}', { n: 'integer' }, 'not_integer'],
    ['{"n":"1"}', { n: 'integer' }, 'not_integer'],
    ['{"n":1e3}', { n: 'integer' }, 'not_integer'],
    ['{"n":"1"}', { n: 'decimal' }, 'not_decimal'],
    ['{"n":1}', { n: 'string' }, 'not_string'],
    ['{"n":0}', { n: 'boolean' }, 'not_boolean'],
    ['{"m":0}', { n: { type: 'integer', required: true } }, 'value_missing'],
    ['{"n":null}', { n: { type: 'integer', required: true } }, 'value_missing'],
    ['{"n":1,"n":2}', { n: 'integer' }, 'duplicate_field'],
  ] as const)('%s with columns %j is dirty: %s', (record, columns, code) => {
    expect(convert(record, { source: { type: 'ndjson', path: '/x', columns } })).toMatchObject({ code });
  });

  it.each([
    ['{"k":null}', 'key_missing'],
    ['{"k":""}', 'key_missing'],
    ['{}', 'key_missing'],
    ['{"k":[1]}', 'key_not_scalar'],
    ['{"k":"\\ud800"}', 'not_unicode'],
    ['{"k":1,"k":2}', 'duplicate_field'],
  ])('%s without a usable key is dirty: %s', (record, code) => {
    expect(convert(record, { sink: { keyFields: ['k'] } })).toMatchObject({ code });
  });

  it('make lines of CSV in the order of the declared columns', () => {
    const source = {
      type: 'ndjson' as const,
      path: '/x',
      columns: { a: 'integer' as const, b: 'string' as const, c: 'decimal' as const },
    };
    const more = { source, sink: { format: 'csv' as const } };
    expect(bodyOf(convert('{"b":"x,\\"y\\"","a":1}', more))).toBe('1,"x,""y""",');
    expect(bodyOf(convert('{"b":"","a":null,"c":1.50}', more))).toBe(',"",1.50');
    expect(convert('{"a":1,"z":2}', more)).toMatchObject({ code: 'undeclared_field' });
  });

  it('need declared columns for CSV', () => {
    expect(() => convert('{}', { sink: { format: 'csv' } })).toThrow('order');
  });
});
