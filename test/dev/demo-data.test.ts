import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BROKEN_ROWS, writeOrders } from '../../src/dev/demo-data.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rocketlift-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the orders are the same each time, and a file that is there is left alone', async () => {
  const [first, second] = [join(folder, 'a', 'first.csv'), join(folder, 'second.csv')];
  expect(await writeOrders(first, 2_500)).toBe(true);
  expect(await writeOrders(second, 2_500)).toBe(true);
  expect(await readFile(first)).toEqual(await readFile(second));

  const before = await stat(first);
  expect(await writeOrders(first, 10)).toBe(false);
  expect((await stat(first)).mtimeMs).toBe(before.mtimeMs);
});

test('all rows but the broken ones have ten fields of the right kind', async () => {
  const file = join(folder, 'orders.csv');
  const rows = 5_000;
  await writeOrders(file, rows);
  const text = await readFile(file, 'utf8');
  const [header, ...records] = parse(text.replace('"Lyon"ish', 'BROKEN'), { relax_column_count: true });
  expect(header).toHaveLength(10);
  expect(records).toHaveLength(rows);

  const good = records.filter(
    (record) =>
      record.length === 10 &&
      record[3] !== 'BROKEN' &&
      /^\d{19}$/.test(record[0]!) &&
      /^\d+$/.test(record[5]!) &&
      /^\d+\.\d\d$/.test(record[6]!) &&
      /^(true|false)$/.test(record[8]!),
  );
  expect(good).toHaveLength(rows - BROKEN_ROWS);
  expect(new Set(good.map((record) => record[0])).size).toBe(good.length);
  expect(good.some((record) => record[4]!.includes('\n'))).toBe(true);
  expect(good.some((record) => record[4]!.includes('"'))).toBe(true);
});
