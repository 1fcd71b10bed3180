import { type DirtyEntry, rawOf } from '../dirty/entry.js';
import { readAbout } from '../dirty/folder/reader.js';
import type { ReadableTopic } from '../dirty/topic/reader.js';
import { type Folders, requireAllowed } from '../folders/folders.js';
import type { DirtyTopic } from '../job/dirty-place.js';
import type { Position } from '../job/report.js';
import type { FileSource } from '../job/schema/source.js';
import { createSource, type SourceOptions } from '../sources/registry.js';
import type { Partition, RecordBatch, Source } from '../sources/source.js';
import { readAgain } from './again.js';
import { entriesIn, splitByTable, tablesOf } from './by-table.js';
import type { Entries } from './entries.js';
import { entriesInFiles } from './entry-files.js';
import { columnsInTopic, entriesInTopic } from './entry-topic.js';
import { parseOne } from './one-record.js';
import { encodingOf, heldBytes, type Replayed, replayBatch } from './replay-batch.js';

/** Which dirty records are replayed. */
export interface ReplayFrom {
  /** The folder of the run that kept them, or the topic: one of the two. */
  readonly folder?: string;
  readonly topic?: DirtyTopic;
  /** Absolute path of a file of entries that comes instead of them. */
  readonly records?: string;
  /** What that run had counted. */
  readonly before: { readonly dirty: number };
  /** Whether partitions are to hold entries of one table alone. @default false */
  readonly byTable?: boolean;
}

/** How a topic is read. */
export type OpenTopic = (topic: DirtyTopic) => ReadableTopic;

/** Records that are handed out at a time, and bytes of them. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 1024 * 1024;

/** The dirty records of a run as a source: each is read as the job's own source reads records. */
export function replaySource(
  spec: FileSource,
  options: SourceOptions,
  from: ReplayFrom,
  openTopic: OpenTopic,
): Source {
  const own = createSource(spec, options);
  const entries = entriesOf(from, options.folders, openTopic);
  const columns = async (alive: () => void) =>
    spec.type === 'csv'
      ? ((await keptColumns(from, options.folders, openTopic, alive)) ?? Object.keys(spec.columns))
      : undefined;
  return {
    rawEncoding: 'utf-8',
    async describe(alive = () => {}) {
      const described = await entries.describe();
      const names = await columns(alive);
      const tables = from.byTable ? await tablesOf(entries, alive) : [];
      return { ...described, tables, ...(names && { columns: names }), warnings: [] };
    },
    async partition(cursor, limit, first, alive) {
      const page = await entries.page(Number(cursor ?? 0), limit, first, alive);
      return from.byTable ? await splitByTable(entries, page, first, alive) : page;
    },
    read: (partition, position, signal) => read(spec, own, entries, partition, position, columns, signal),
    sourceBytesBefore: () => 0,
    verify: (partition) => entries.verify(partition),
  };
}

function entriesOf(
  { folder, topic, records, before }: ReplayFrom,
  folders: Folders | undefined,
  openTopic: OpenTopic,
): Entries {
  // What a worker keeps it may read, and a file that somebody has mended only where jobs may read.
  const requireReadable = async () => {
    if (folder !== undefined) await requireAllowed(folder, folders, 'dirty');
    if (records !== undefined) await requireAllowed(records, folders, 'read');
  };
  if (records !== undefined) return entriesInFiles({ records }, requireReadable, folders);
  if (folder !== undefined) return entriesInFiles({ folder }, requireReadable, folders);
  if (!topic) throw new Error('a replay of nothing');
  return entriesInTopic({ topic: openTopic(topic), place: topic, expected: before.dirty });
}

/** The names of the columns that the run had, where its store knows them. */
async function keptColumns(
  { folder, topic }: ReplayFrom,
  folders: Folders | undefined,
  openTopic: OpenTopic,
  alive: () => void,
): Promise<readonly string[] | undefined> {
  if (topic) return await columnsInTopic(openTopic(topic), topic, alive);
  if (folder === undefined) return undefined;
  return (await readAbout(folder, folders))?.columns;
}

async function* read(
  spec: FileSource,
  own: Source,
  entries: Entries,
  partition: Partition,
  position: Position,
  columnNames: (alive: () => void) => Promise<readonly string[] | undefined>,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch> {
  const alive = () => signal.throwIfAborted();
  const columns = await columnNames(alive);
  const replay = async (entry: DirtyEntry): Promise<Replayed> => {
    if (!entry.whole) {
      return { entry, record: await readAgain(entry, own, signal), encoding: own.rawEncoding };
    }
    const encoding = encodingOf(entry);
    const record = await parseOne(rawOf(entry), { spec, columns, encoding, signal });
    return { entry, record, encoding };
  };
  let number = 0;
  let bytes = 0;
  let replayed: Replayed[] = [];
  for await (const entry of entriesIn(entries, partition, alive)) {
    number++;
    if (number <= Number(position)) continue;
    const one = await replay(entry);
    replayed.push(one);
    bytes += heldBytes(one);
    if (replayed.length < BATCH_RECORDS && bytes < BATCH_BYTES) continue;
    yield replayBatch(replayed, number - replayed.length, columns);
    replayed = [];
    bytes = 0;
  }
  if (replayed.length > 0) yield replayBatch(replayed, number - replayed.length, columns);
}
