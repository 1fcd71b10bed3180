import type { DirtyEntry } from '../dirty/entry.js';
import type { TableName } from '../job/topic-template.js';
import { Tables, tableOf } from '../sources/files/tables.js';
import type { Partition, PartitionPage } from '../sources/source.js';
import type { Entries } from './entries.js';

/** Partitions that are looked through at a time for their tables. */
const PAGE = 100;

/** The tables of all entries: the input that a record stood in at first tells which is its. */
export async function tablesOf(entries: Entries, alive: () => void): Promise<readonly TableName[]> {
  const tables = new Tables();
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const { partitions, next }: PartitionPage = await entries.page(cursor, PAGE, 0, alive);
    for (const partition of partitions) await collect(tables, entries.of(partition, alive));
    cursor = next === undefined ? undefined : Number(next);
  }
  return tables.all;
}

/** The same partitions, one for each table that they have entries of: so that those can go to different topics. */
export async function splitByTable(
  entries: Entries,
  page: PartitionPage,
  first: number,
  alive: () => void,
): Promise<PartitionPage> {
  const partitions: Partition[] = [];
  for (const partition of page.partitions) {
    const tables = new Tables();
    await collect(tables, entries.of(partition, alive));
    for (const table of tables.all) {
      const label = `${partition.label}, ${table.table}`;
      partitions.push({ ...partition, index: first + partitions.length, label, table });
    }
  }
  return { ...page, partitions };
}

/** The entries of a partition; of one of a table, those of that alone. */
export async function* entriesIn(
  entries: Entries,
  partition: Partition,
  alive: () => void,
): AsyncGenerator<DirtyEntry> {
  const { table } = partition;
  for await (const entry of entries.of(partition, alive)) {
    if (table === undefined || isOf(entry, table)) yield entry;
  }
}

function isOf({ input }: DirtyEntry, { database, table }: TableName): boolean {
  const own = tableOf(input);
  return own.table === table && own.database === database;
}

async function collect(tables: Tables, entries: AsyncIterable<DirtyEntry>): Promise<void> {
  for await (const { input } of entries) tables.add(input);
}
