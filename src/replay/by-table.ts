import type { DirtyEntry } from '../dirty/entry.js';
import { userFault } from '../job/fault.js';
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
    requireHandable(partition, tables.all.length);
    for (const [n, table] of tables.all.entries()) {
      const label = `${partition.label}, ${table.table}`;
      const sourceBytes = n === 0 ? partition.sourceBytes : 0;
      partitions.push({ ...partition, index: first + partitions.length, label, sourceBytes, table });
    }
  }
  return { ...page, partitions };
}

/** Temporal takes 2 MiB in one result: a page of partitions. */
const MAX_BYTES = 1024 * 1024;

/** A partition of a topic names all queues of it, and does so for each table. */
function requireHandable(partition: Partition, tables: number): void {
  const bytes = tables * JSON.stringify(partition).length;
  if (bytes <= MAX_BYTES) return;
  throw userFault(
    'too_many_topics',
    `The dirty records are of ${tables} tables, and ${partition.input} has so many queues that a replay can't hold ${tables} times which.`,
    'Replay them from a file: rocketlift dirty export RUN --to FILE, and rocketlift dirty replay RUN --records FILE.',
  );
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
