import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ColumnType } from '../../src/job/schema/column.js';
import { createConverter, FILTERED, isMessage } from '../../src/records/converter.js';
import { jobOf, jsonBatch } from './support.js';

const text = readFileSync('docs/filter.md', 'utf8');
const examples = [...text.matchAll(/```cel\n(.*?)```/gs)].flatMap(([, block]) => block.trim().split('\n'));

const columns: Record<string, ColumnType> = {
  ...{ amount: 'decimal', price: 'decimal', quantity: 'integer', limit: 'integer', created: 'timestamp' },
  ...{ due: 'timestamp', status: 'string', name: 'string', path: 'string', code: 'string', vip: 'boolean' },
  ...{ cancelled: 'boolean', detail: 'json', 'order-id': 'integer', type: 'string' },
};
const record = JSON.stringify({
  ...{
    amount: 120.5,
    price: 9.5,
    quantity: 3,
    limit: 10,
    created: '2026-01-02T03:04:05Z',
    due: '2026-02-02 03:04',
  },
  ...{
    status: 'new',
    name: 'Axel',
    path: 'eu/x',
    code: '12',
    vip: true,
    cancelled: false,
    'order-id': 7,
    type: 'refund',
  },
  detail: { customer: { country: 'DE' }, items: [{ price: 10, count: 1, open: true, name: 'x' }] },
});

it('docs/filter.md has examples', () => {
  expect(examples.length).toBeGreaterThan(10);
});

it.each(examples)('docs/filter.md: %s has an answer', (filter) => {
  const job = jobOf({ source: { type: 'ndjson', path: '/x', columns }, transform: [{ filter }] });
  const result = createConverter(job, undefined)(jsonBatch([record]), 0);
  expect(result === FILTERED || isMessage(result)).toBe(true);
});
