import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordFault } from '../../src/job/fault.js';
import type { Message } from '../../src/job/message.js';
import { createConverter } from '../../src/records/converter.js';
import { deliveryTime } from '../../src/records/message/delivery-time.js';
import type { Fields } from '../../src/records/message/template-text.js';
import { jobOf, jsonBatch, textBatch } from './support.js';

type Sink = Parameters<typeof jobOf>[0]['sink'];

const fromText = (row: Record<string, string | null>, sink: Sink) =>
  createConverter(jobOf({ sink }), Object.keys(row))(textBatch(Object.keys(row), [Object.values(row)]), 0);

const fromJson = (json: string, sink: Sink) =>
  createConverter(jobOf({ source: { type: 'ndjson', path: '/x' }, sink }), undefined)(jsonBatch([json]), 0);

const text = fc.string({ unit: 'grapheme' }).filter((value) => value.isWellFormed());
const literal = text.filter((value) => !value.includes('$'));
const CONTROL = /\p{Cc}/u;

describe('templates', () => {
  it('give the same from text and from JSON: literals and values one after another', () => {
    fc.assert(
      fc.property(literal, text, literal, text, (before, a, between, b) => {
        const sink = { properties: { all: `${before}\${a}${between}\${b}` } };
        const expected = `${before}${a}${between}${b}`;
        for (const made of [fromText({ a, b }, sink), fromJson(JSON.stringify({ a, b }), sink)]) {
          if (CONTROL.test(expected)) expect(made).toMatchObject({ code: 'bad_property' });
          else expect(made).toMatchObject({ properties: expected === '' ? [] : [['all', expected]] });
        }
      }),
    );
  });

  it('make keys in which nothing separates, and from which the value can be had back', () => {
    fc.assert(
      fc.property(
        text.filter((value) => value !== ''),
        (value) => {
          const { key } = fromText({ value }, { key: 'a b/${value}' }) as Message;
          expect(key).not.toMatch(/[\s\p{Cc}]/u);
          expect(key?.startsWith('a%20b/')).toBe(true);
          if (!value.includes('%')) expect(decodeURIComponent(key?.slice(6) ?? '')).toBe(value);
        },
      ),
    );
  });

  it('take numbers as they stand, and names as they are after the transform', () => {
    const job = jobOf({
      source: { type: 'ndjson', path: '/x' },
      sink: { key: '${n}-${c}' },
      transform: [{ rename: { id: 'n' } }, { constant: { c: 5 } }],
    });
    expect(createConverter(job, undefined)(jsonBatch(['{"id":1.50}']), 0)).toMatchObject({ key: '1.50-5' });
  });

  it.each([
    ['{"a":{"b":1}}', { key: '${a}' }, 'key_not_scalar'],
    ['{"a":[1]}', { tag: 't-${a}' }, 'tag_not_scalar'],
    ['{"a":[1]}', { properties: { p: '${a}' } }, 'property_not_scalar'],
    ['{"a":1,"a":2}', { tag: '${a}' }, 'duplicate_field'],
    ['{"a":null}', { key: 'x${a}' }, 'key_missing'],
    ['{"a":""}', { key: 'x${a}' }, 'key_missing'],
    ['{"a":null}', { tag: 'x${a}' }, 'tag_missing'],
    ['{}', { tag: 'x${a}' }, 'tag_missing'],
    ['{"a":""}', { tag: '${a}' }, 'bad_tag'],
    ['{"a":" "}', { tag: 'x${a}' }, 'bad_tag'],
    ['{"a":"x|y"}', { tag: '${a}' }, 'bad_tag'],
    ['{"a":"x\\ty"}', { tag: '${a}' }, 'bad_tag'],
    ['{"a":"\\u0001"}', { properties: { p: '${a}' } }, 'bad_property'],
    ['{"a":-1}', { delay: { field: 'a' } }, 'bad_delay'],
    ['{"a":1e3}', { delay: { field: 'a' } }, 'bad_delay'],
    ['{"a":"soon"}', { delay: { field: 'a' } }, 'bad_delay'],
    ['{"a":99999999999999999999}', { delay: { field: 'a' } }, 'bad_delay'],
    ['{"a":{}}', { delay: { field: 'a' } }, 'delay_not_scalar'],
  ] as const)('%s with %j is dirty: %s', (json, sink, code) => {
    expect(fromJson(json, sink)).toMatchObject({ code });
  });

  it('leave out a property whose field is null or that would be empty', () => {
    const properties = { p: 'x${a}', q: '${b}', r: '${c}' };
    expect(fromJson('{"b":"","c":7}', { properties })).toMatchObject({ properties: [['r', '7']] });
  });

  it.each([
    [{ key: '${z}' }, 'sink.key'],
    [{ tag: '${z}' }, 'sink.tag'],
    [{ properties: { p: '${z}' } }, 'sink.properties.p'],
    [{ delay: { field: 'z' } }, 'sink.delay.field'],
    [{ delay: { until: 'z' } }, 'sink.delay.until'],
  ])('refuse %j, as there is no such column', (sink, where) => {
    const refusal = { code: 'unknown_field', fault: 'user', message: expect.stringContaining(where) };
    expect(() => fromText({ a: '1' }, sink)).toThrow(expect.objectContaining(refusal));
  });

  it('without fields in a tag leave it to the producer', () => {
    expect(fromText({ a: '1' }, { tag: 'import' })).toEqual({ id: 'id-0', body: '{"a":"1"}' });
  });
});

describe('the time of delivery', () => {
  const during = (work: () => unknown) => {
    const from = Date.now();
    const { deliverAt } = work() as { deliverAt: number };
    return { deliverAt, from, to: Date.now() };
  };

  it.each([
    ['a duration', { delay: '10m' }, 600_000],
    ['a number of seconds', { delay: { field: 'a' } }, 5000],
    ['a number of hours', { delay: { field: 'a', unit: 'h' } }, 18_000_000],
    ['nothing', { delay: { field: 'b' } }, 0],
  ] as const)('by %s counts from now', (_, sink, ms) => {
    for (const work of [() => fromText({ a: '5', b: null }, sink), () => fromJson('{"a":5}', sink)]) {
      const { deliverAt, from, to } = during(work);
      expect(deliverAt).toBeGreaterThanOrEqual(from + ms);
      expect(deliverAt).toBeLessThanOrEqual(to + ms);
    }
  });

  /** A record whose only field has this text. */
  const fields: Fields<string | null | RecordFault> = { text: () => (record) => record };
  const due = (record: string | null) =>
    deliveryTime(
      jobOf({
        source: { type: 'csv', path: '/x', columns: { due: 'timestamp' } },
        sink: { delay: { until: 'at' } },
        transform: [{ rename: { due: 'at' } }],
      }),
      fields,
    )?.(record);

  it.each([
    ['2024-01-01T00:00:00Z', Date.UTC(2024, 0, 1)],
    ['2024-01-01T08:00:00.123456+08:00', Date.UTC(2024, 0, 1, 0, 0, 0, 123)],
    ['2024-01-01T00:00:00.999999999Z', Date.UTC(2024, 0, 1, 0, 0, 0, 999)],
    ['1900-01-01T08:05:43+08:05:43', 0],
    ['2024-01-01T08:05:43+08:05:43', Date.UTC(2024, 0, 1)],
    ['1960-01-01T00:00:00Z', 0],
  ])('until %s is that moment, to the millisecond', (at, ms) => {
    expect(due(at)).toBe(ms);
  });

  it.each(['2024-01-01T00:00:00', 'soon', '', '****-**-**T00:00:00Z'])(
    'until %j makes a record dirty',
    (at) => {
      expect(due(at)).toMatchObject({ code: 'bad_delay' });
    },
  );

  it('until a column is the same from text and from JSON', () => {
    const columns = { due: { type: 'timestamp' as const, timezone: 'Asia/Shanghai' } };
    const sink = { delay: { until: 'due' } };
    const csv = jobOf({ source: { type: 'csv', path: '/x', columns }, sink });
    const ndjson = jobOf({ source: { type: 'ndjson', path: '/x', columns }, sink });
    const deliverAt = Date.UTC(2024, 0, 1, 0, 0, 0, 5);
    const text = '2024-01-01T08:00:00.005999';
    expect(createConverter(csv, ['due'])(textBatch(['due'], [[text]]), 0)).toMatchObject({ deliverAt });
    expect(createConverter(ndjson, undefined)(jsonBatch([JSON.stringify({ due: text })]), 0)).toMatchObject({
      deliverAt,
    });
  });

  it('until a field that is not declared as a timestamp is refused', () => {
    expect(() => fromText({ a: '1' }, { delay: { until: 'a' } })).toThrow(
      expect.objectContaining({ code: 'delay_not_timestamp', fault: 'user' }),
    );
  });
});
