import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutBytes } from '../../src/client/cut.js';
import { startDetails, startSummary } from '../../src/client/start-texts.js';
import { parseJobText } from '../../src/job/parse.js';

const job = (source: object, more: object = {}) =>
  parseJobText(
    JSON.stringify({
      name: 'orders',
      source,
      sink: { endpoints: 'mq:8081', topic: 'orders', keyFields: ['id'] },
      ...more,
    }),
    { file: 'o', baseDir: '/b' },
  );

test('the summary says what goes where, as the user wrote it', () => {
  expect(startSummary(job({ type: 'csv', path: 'data/orders-*.csv' }))).toBe(
    'orders: data/orders-*.csv → topic orders',
  );
  expect(startSummary(job({ type: 'csv', path: ['a.csv', 'b.csv'] }))).toBe(
    'orders: a.csv and 1 more → topic orders',
  );
});

test('neither text is longer than Temporal takes', () => {
  const path = Array.from({ length: 1000 }, (_, i) => `${'ü'.repeat(300)}${i}.csv`);
  const columns = Object.fromEntries(path.map((name) => [name, 'integer']));
  const large = job({ type: 'csv', path, columns });
  expect(Buffer.byteLength(startSummary(large))).toBeLessThanOrEqual(200);
  expect(Buffer.byteLength(startDetails(large))).toBeLessThanOrEqual(20_000);
});

test('the details name source, sink and settings', () => {
  const text = startDetails(
    job(
      { type: 'csv', path: 'a`b.csv', columns: { id: { type: 'integer', required: true } } },
      { transform: [{ drop: ['x'] }] },
    ),
  );
  for (const part of [
    "`a'b.csv`",
    '`id` integer, required',
    '`mq:8081`',
    '{"drop":["x"]}',
    '4 partitions at once',
  ]) {
    expect(text).toContain(part);
  }
});

test('a cut text is a part of the whole, and no longer than asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 40 }), (text, max) => {
      const cut = cutBytes(text, max);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
      expect(cut === text || text.startsWith(cut.slice(0, -1))).toBe(true);
    }),
  );
});
