import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConverter } from '../../src/records/converter.js';
import { masker } from '../../src/records/transform/mask.js';
import { jobOf, jsonBatch, textBatch } from './support.js';

type Parts = Parameters<typeof jobOf>[0];

const ofText = (
  row: Record<string, string | null>,
  { columns = {}, ...more }: Parts & { columns?: object },
) => {
  const names = Object.keys(row);
  const source = { type: 'csv' as const, path: '/x', columns: columns as never };
  return createConverter(jobOf({ source, ...more }), names)(textBatch(names, [Object.values(row)]), 0);
};
const ofJson = (record: string, { columns = {}, ...more }: Parts & { columns?: object }) => {
  const source = { type: 'ndjson' as const, path: '/x', columns: columns as never };
  return createConverter(jobOf({ source, ...more }), undefined)(jsonBatch([record]), 0);
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());

describe('a mask', () => {
  it('hashes texts as SHA-256 does', () => {
    // From the examples of FIPS 180-2.
    expect(masker('hash')('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(masker('hash')('é')).toBe(sha256('\u00e9'));
  });

  it('leaves the last characters, whole ones', () => {
    fc.assert(
      fc.property(text, fc.nat(6), (value, keepLast) => {
        const points = [...value];
        const from = Math.max(0, points.length - keepLast);
        const expected = points.map((point, index) => (index < from ? '*' : point)).join('');
        expect(masker({ keepLast })(value)).toBe(expected);
      }),
    );
    expect(masker({ keepLast: 1 })('a😀b😀')).toBe('***😀');
  });

  const transform: Parts['transform'] = [{ mask: { a: 'hash', b: { keepLast: 2 } } }];

  it.each([
    ['1234567890123456789', 'integer', '1234567890123456789', '89'],
    ['1.50', 'decimal', '1.50', '50'],
    ['TRUE', 'boolean', 'TRUE', 'UE'],
    ['2026-01-02 03:04:05', 'timestamp', '2026-01-02T03:04:05Z', '5Z'],
    [' [1, 2] ', 'json', '[1, 2]', '2]'],
  ])('makes text of %s of type %s', (value, type, hashed, end) => {
    const stars = '*'.repeat(hashed.length - 2);
    expect(ofText({ a: value, b: value }, { columns: { a: type, b: type }, transform })).toMatchObject({
      body: JSON.stringify({ a: sha256(hashed), b: stars + end }),
    });
  });

  it.each([
    ['1.50', '1.50'],
    ['true', 'true'],
    ['"a\\u00e9\\n"', 'aé\n'],
    ['{"x": [1]}', '{"x": [1]}'],
  ])('makes text of %s in JSON', (json, hashed) => {
    const stars = '*'.repeat(hashed.length - 2) + hashed.slice(-2);
    expect(ofJson(`{"a":${json},"b":${json}}`, { transform })).toMatchObject({
      body: JSON.stringify({ a: sha256(hashed), b: stars }),
    });
  });

  it('leaves null alone, and in JSON a field that is not there', () => {
    expect(ofText({ a: null, b: '' }, { transform })).toMatchObject({ body: '{"a":null,"b":""}' });
    expect(ofJson('{"a":null}', { transform })).toMatchObject({ body: Buffer.from('{"a":null}') });
  });

  it('checks types before, and refuses a name that is not there', () => {
    expect(ofText({ a: 'x', b: '' }, { columns: { a: 'integer' }, transform })).toMatchObject({
      code: 'not_integer',
    });
    expect(() => ofText({ a: 'x' }, { transform })).toThrow(
      expect.objectContaining({ code: 'unknown_field' }),
    );
    expect(() => ofText({ a: 'x', b: '' }, { transform: [{ drop: ['b'] }, ...transform] })).toThrow('"b"');
  });

  it('can be of a constant', () => {
    const steps: Parts['transform'] = [{ constant: { a: 12345, b: null } }, ...transform];
    const expected = { body: `{"c":"x","a":"${sha256('12345')}","b":null}` };
    expect(ofText({ c: 'x' }, { transform: steps })).toMatchObject(expected);
    expect(ofJson('{"c":"x"}', { transform: steps })).toMatchObject(expected);
  });
});

describe('what is masked is nowhere in the message', () => {
  it.each(['json', 'csv'] as const)('neither in the key nor in a body of %s', (format) => {
    const value = fc.stringMatching(/^[a-z]{8,20}$/);
    fc.assert(
      fc.property(value, fc.constantFrom('hash' as const, { keepLast: 3 }), (secret, rule) => {
        const parts = {
          sink: { keyFields: ['card', 'id'], format },
          transform: [{ rename: { a: 'card' } }, { mask: { card: rule } }],
          columns: { a: 'string', id: 'integer' },
        };
        const masked = masker(rule)(secret);
        for (const message of [
          ofText({ a: secret, id: '1' }, parts),
          ofJson(`{ "a": "${secret}", "id": 1 }`, parts),
          // Written with escapes, it is the same text.
          ofJson(`{"\\u0061":"\\u00${secret.charCodeAt(0).toString(16)}${secret.slice(1)}","id":1}`, parts),
        ]) {
          expect(message).toMatchObject({
            key: `${masked}:1`,
            body: format === 'csv' ? `${masked},1` : `{"card":"${masked}","id":1}`,
          });
        }
      }),
    );
  });

  it('and a record that has the field twice is dirty', () => {
    const transform: Parts['transform'] = [{ mask: { a: 'hash' } }];
    expect(ofJson('{"a":1,"\\u0061":2}', { transform })).toMatchObject({ code: 'duplicate_field' });
    expect(ofJson('{"a":"\\ud800"}', { transform })).toMatchObject({ code: 'not_unicode' });
  });
});
