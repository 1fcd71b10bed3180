/** What the tests of sources share: files in a folder of their own, and reading them record by record. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect } from 'vitest';
import type { FaultInfo } from '../../src/job/fault.js';
import { Fault } from '../../src/job/fault.js';
import type { Position } from '../../src/job/report.js';
import type { FileSource } from '../../src/job/schema/source.js';
import { source as sourceSchema } from '../../src/job/schema/source.js';
import { createSource, type SourceOptions } from '../../src/sources/registry.js';
import type { Cursor, Partition, RecordBatch, Source } from '../../src/sources/source.js';

export interface ReadRecord {
  readonly id: string;
  readonly raw: string;
  readonly place: string;
  readonly values: readonly (string | null)[] | undefined;
  readonly fault: string | undefined;
}

/** What came of a record: its values, or the code of the fault that makes it dirty. */
export const outcome = ({ values, fault }: ReadRecord): ReadRecord['values'] | string => fault ?? values;

/** Properties take longer than examples. */
export const PROPERTY = { timeout: 60_000 };

/** A folder that is there while the tests of a file run. */
export function useFolder(): {
  path: string;
  file(name: string, content: string | Uint8Array): string;
  /** A file whose name no other has: what is read late must not find what was written later. */
  newFile(ending: string, content: string | Uint8Array): string;
} {
  let count = 0;
  const folder = {
    path: '',
    file(name: string, content: string | Uint8Array): string {
      const path = join(folder.path, name);
      writeFileSync(path, content);
      return path;
    },
    newFile: (ending: string, content: string | Uint8Array) => folder.file(`${count++}${ending}`, content),
  };
  beforeAll(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'rocketlift-sources-'));
  });
  afterAll(() => rmSync(folder.path, { recursive: true }));
  return folder;
}

/** A gzip file may be made of several, one after another. */
export const gzipMembers = (raw: Uint8Array): Buffer =>
  Buffer.concat([gzipSync(raw.subarray(0, 9)), gzipSync(raw.subarray(9))]);

/** The part of a job file with its defaults; `maxRecordSize` may be smaller than a job file may say. */
function specOf(fields: Record<string, unknown>): FileSource {
  const { maxRecordSize, ...rest } = fields;
  const spec = sourceSchema.parse(rest);
  return typeof maxRecordSize === 'number' ? { ...spec, maxRecordSize } : spec;
}

export function open(fields: Record<string, unknown>, options: Partial<SourceOptions> = {}): Source {
  return createSource(specOf(fields), { partitionSize: 64 * 1024 * 1024, ...options });
}

export async function partitionsOf(
  source: Source,
  limit = 3,
): Promise<{ partitions: Partition[]; warnings: string[] }> {
  const partitions: Partition[] = [];
  const warnings: string[] = [];
  let cursor: Cursor | undefined;
  do {
    const page = await source.partition(cursor, limit, partitions.length, () => {});
    expect(page.partitions.length).toBeLessThanOrEqual(limit);
    partitions.push(...throughJson(page.partitions));
    warnings.push(...page.warnings);
    cursor = page.next === undefined ? undefined : throughJson(page.next);
  } while (cursor !== undefined);
  expect(partitions.map(({ index }) => index)).toEqual(partitions.map((_, i) => i));
  return { partitions, warnings };
}

/** Partitions and cursors cross processes as JSON. */
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

function recordOf(batch: RecordBatch, i: number): ReadRecord {
  const fault = batch.fault(i);
  return {
    id: batch.id(i),
    raw: Buffer.from(batch.raw(i)).toString('latin1'),
    place: batch.place(i),
    values: batch.shape === 'text' && !fault ? batch.values(i) : undefined,
    fault: fault?.code,
  };
}

/** The records of a partition, and the position after each. */
export async function readPartition(
  source: Source,
  partition: Partition,
  position: Position = partition.start,
  onFault = (fault: unknown): string => {
    throw fault;
  },
): Promise<{ records: ReadRecord[]; positions: Position[]; lost: string | undefined }> {
  const batches: RecordBatch[] = [];
  let lost: string | undefined;
  try {
    for await (const batch of source.read(partition, position, new AbortController().signal))
      batches.push(batch);
  } catch (error) {
    lost = onFault(error);
  }
  // Only now, when all has been read: what was handed out must not have been overwritten meanwhile.
  const records = batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, i) => recordOf(batch, i)),
  );
  const positions = batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, i) => batch.positionAfter(i)),
  );
  return { records, positions, lost };
}

export async function readAll(source: Source, limit?: number): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  for (const partition of (await partitionsOf(source, limit)).partitions) {
    records.push(...(await readPartition(source, partition)).records);
  }
  return records;
}

/** What a damaged file ends with, where that can be. */
function corruption(error: unknown): string {
  if (error instanceof Fault && error.code === 'input_corrupt') return error.message;
  throw error;
}

/** The records of a file that may be damaged, and the message of the fault that reading has ended with, if any. */
export async function readDamaged(
  source: Source,
): Promise<{ records: ReadRecord[]; lost: string | undefined }> {
  const records: ReadRecord[] = [];
  for (const partition of (await partitionsOf(source)).partitions) {
    const read = await readPartition(source, partition, partition.start, corruption);
    records.push(...read.records);
    if (read.lost !== undefined) return { records, lost: read.lost };
  }
  return { records, lost: undefined };
}

/** The records of JSON formats as text; the fault's code of a dirty one. */
export async function readJson(source: Source): Promise<string[]> {
  const records: string[] = [];
  for (const partition of (await partitionsOf(source)).partitions) {
    for await (const batch of source.read(partition, partition.start, new AbortController().signal)) {
      if (batch.shape !== 'json') throw new Error('no batch of JSON');
      for (let i = 0; i < batch.length; i++)
        records.push(batch.fault(i)?.code ?? Buffer.from(batch.json(i)).toString());
    }
  }
  return records;
}

/** Reading from behind every record must give the records after it, and nothing else. */
export async function expectResumable(source: Source, partition: Partition): Promise<void> {
  const { records, positions, lost } = await readPartition(source, partition, partition.start, corruption);
  for (const [i, position] of positions.entries()) {
    const rest = await readPartition(source, partition, position, corruption);
    expect(rest.lost).toEqual(lost);
    expect(rest.records).toEqual(records.slice(i + 1));
    expect(rest.positions).toEqual(positions.slice(i + 1));
  }
}

/** The fault that `work` ends with. */
export async function faultOf(work: () => Promise<unknown>): Promise<FaultInfo> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it went well');
}
