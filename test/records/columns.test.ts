import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConverter } from '../../src/records/converter.js';
import { jobOf, jsonBatch, textBatch } from './support.js';

type Parts = Parameters<typeof jobOf>[0];

const ofText = (value: string | null, spec: unknown, more: Parts = {}) =>
  createConverter(jobOf({ source: { type: 'csv', path: '/x', columns: { a: spec as never } }, ...more }), [
    'a',
  ])(textBatch(['a'], [[value]]), 0);
const ofJson = (record: string, spec: unknown, more: Parts = {}) =>
  createConverter(
    jobOf({ source: { type: 'ndjson', path: '/x', columns: { a: spec as never } }, ...more }),
    undefined,
  )(jsonBatch([record]), 0);
const body = (text: string) => ({ body: text });
const asText = (result: ReturnType<typeof ofJson>) =>
  typeof result === 'object' && 'body' in result ? Buffer.from(result.body as string).toString() : result;

describe('a column of type timestamp', () => {
  const spec = { type: 'timestamp', format: 'dd.MM.yyyy HH:mm:ss.SSSSSS', timezone: 'Asia/Shanghai' };
  const given = '02.01.2026 03:04:05.123450';
  const iso = '2026-01-02T03:04:05.123450+08:00';

  it('is ISO 8601 in bodies and keys', () => {
    expect(ofText(given, spec, { sink: { keyFields: ['a'] } })).toMatchObject({
      body: `{"a":"${iso}"}`,
      key: iso,
    });
    expect(ofText(given, spec, { sink: { format: 'csv' } })).toMatchObject(body(iso));
    expect(ofJson(`{ "b":1.0, "a":"${given}" }`, spec, { sink: { keyFields: ['a'] } })).toMatchObject({
      body: `{"b":1.0,"a":"${iso}"}`,
      key: iso,
    });
    expect(ofJson(`{"a":"${given}"}`, spec, { sink: { format: 'csv' } })).toMatchObject(body(iso));
  });

  it('leaves a JSON record alone, byte for byte, that has it so already', () => {
    const record = `{ "a" : "${iso}" }`;
    expect(asText(ofJson(record, 'timestamp'))).toBe(record);
  });

  it('is null where the input says so', () => {
    expect(ofText(null, spec)).toMatchObject(body('{"a":null}'));
    expect(ofText(null, { ...spec, required: true })).toMatchObject({ code: 'value_missing' });
    expect(asText(ofJson('{"a":null}', spec))).toBe('{"a":null}');
    expect(asText(ofJson('{}', spec))).toBe('{}');
  });

  it.each(['PRIVATE', '', '2026-01-02', '29.02.2026 00:00:00.000000'])(
    'makes %j dirty, and does not tell it',
    (value) => {
      const fault = ofText(value, spec);
      expect(fault).toMatchObject({ code: 'not_timestamp', message: expect.stringContaining('"a"') });
      expect(JSON.stringify(fault)).not.toContain('PRIVATE');
      expect(ofJson(JSON.stringify({ a: value }), spec)).toEqual(fault);
    },
  );

  it.each(['1767323045', '["2026-01-02T03:04:05Z"]', 'true'])('makes %s in JSON dirty', (json) => {
    expect(ofJson(`{"a":${json}}`, 'timestamp')).toMatchObject({ code: 'not_timestamp' });
  });

  it('makes a time that the clock skips dirty', () => {
    const berlin = { type: 'timestamp', timezone: 'Europe/Berlin' };
    expect(ofText('2026-03-29T02:30:00', berlin)).toMatchObject({
      code: 'not_timestamp',
      message: expect.stringContaining('skips'),
    });
  });
});

describe('a column of type json', () => {
  it('stands in a JSON body as it stood, in a CSV body as text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(2), fc.constantFrom('', ' ', '\n\t \r'), (value, indent, space) => {
        const json = JSON.stringify(value, null, indent);
        expect(ofText(space + json + space, 'json')).toMatchObject(body(`{"a":${json}}`));
        // A line of null alone would be empty.
        if (value === null) return;
        const line = /[",\r\n]/.test(json) ? `"${json.replaceAll('"', '""')}"` : json;
        expect(ofText(space + json, 'json', { sink: { format: 'csv' } })).toMatchObject(body(line));
      }),
    );
  });

  it('keeps every digit', () => {
    expect(ofText('{"n": 12345678901234567890.10, "n": 1e400}', 'json')).toMatchObject(
      body('{"a":{"n": 12345678901234567890.10, "n": 1e400}}'),
    );
  });

  it.each(['', ' ', 'PRIVATE', '{"a":1', '{"a":1} {}', "{'a':1}", '[1,]', 'NaN', '\u00a01', '01'])(
    'makes %j dirty',
    (value) => {
      const fault = ofText(value, 'json');
      expect(fault).toMatchObject({ code: 'not_json' });
      expect(JSON.stringify(fault)).not.toContain('PRIVATE');
    },
  );

  it('is null where the input says so, and takes the value null', () => {
    expect(ofText(null, 'json')).toMatchObject(body('{"a":null}'));
    expect(ofText('null', 'json')).toMatchObject(body('{"a":null}'));
  });

  it('takes any value of a JSON record', () => {
    for (const json of ['1', '"x"', '{"b":[1.0, null]}', 'null', 'true']) {
      expect(asText(ofJson(`{"a": ${json}}`, 'json'))).toBe(`{"a": ${json}}`);
    }
  });
});
