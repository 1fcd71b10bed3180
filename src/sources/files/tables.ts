import { basename, dirname } from 'node:path';
import type { TableName } from '../../job/topic-template.js';

/**
 * The table that a file holds: its name up to the first dot, in a database that is called as its folder. `shop/orders.csv.gz`
 * holds orders of shop, and `shop/orders.0001.csv` a part of it.
 */
export function tableOf(path: string): TableName {
  const name = basename(path);
  // A dot at the start belongs to the name.
  const end = name.indexOf('.', 1);
  return { table: end < 0 ? name : name.slice(0, end), database: basename(dirname(path)) };
}

/** The tables of many files, each once, in their order. */
export class Tables {
  readonly #tables = new Map<string, TableName>();

  add(path: string): void {
    const table = tableOf(path);
    // No name of a file or a folder has a slash in it.
    this.#tables.set(`${table.database}/${table.table}`, table);
  }

  get all(): readonly TableName[] {
    return [...this.#tables.values()];
  }
}
