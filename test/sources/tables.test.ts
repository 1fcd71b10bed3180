import { expect, test } from 'vitest';
import { Tables, tableOf } from '../../src/sources/files/tables.js';

test.each([
  ['/export/shop/orders.csv', 'shop', 'orders'],
  ['/export/shop/orders.csv.gz', 'shop', 'orders'],
  ['/export/shop/orders.0001.csv', 'shop', 'orders'],
  ['/export/shop/orders', 'shop', 'orders'],
  ['/export/shop.eu/.hidden.csv', 'shop.eu', '.hidden'],
  ['/orders.csv', '', 'orders'],
])('%s holds a table of %s: %s', (path, database, table) => {
  expect(tableOf(path)).toEqual({ database, table });
});

test('tables are told apart by both names, and each stands once', () => {
  const tables = new Tables();
  for (const path of ['/a/x.1.csv', '/a/x.2.csv', '/b/x.csv', '/b/constructor', '/b/__proto__.csv'])
    tables.add(path);
  expect(tables.all).toEqual([
    { database: 'a', table: 'x' },
    { database: 'b', table: 'x' },
    { database: 'b', table: 'constructor' },
    { database: 'b', table: '__proto__' },
  ]);
});
