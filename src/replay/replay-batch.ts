import { type DirtyEntry, rawOf } from '../dirty/entry.js';
import type { RecordFault } from '../job/fault.js';
import type { JsonBatch, RecordOrigin, TextBatch } from '../sources/source.js';
import { isRecord, type OneRecord } from './one-record.js';

/** A dirty record that is replayed, and what is read of it now. */
export interface Replayed {
  readonly entry: DirtyEntry;
  readonly record: OneRecord;
  /** The encoding of the bytes that {@link record} gives; those of the entry have their own. */
  readonly encoding: string;
}

/** What it takes in memory, about: an entry tells the bytes of the record, and that may have been written by hand. */
export function heldBytes({ entry: { raw = '', rawBase64 = '' }, record }: Replayed): number {
  return raw.length + rawBase64.length + (isRecord(record) ? record.raw(0).length : 0);
}

/** Records that are replayed, under the ids and places that they had. A position counts the records before it. */
class ReplayBatch {
  readonly length: number;
  readonly #replayed: readonly Replayed[];
  readonly #first: number;

  constructor(replayed: readonly Replayed[], first: number) {
    this.length = replayed.length;
    this.#replayed = replayed;
    this.#first = first;
  }

  positionAfter(i: number): number {
    return this.#first + i + 1;
  }

  origin(i: number): RecordOrigin {
    const { entry, record, encoding } = this.#replayed[i];
    const { input, partition, position, source } = entry;
    const own = isRecord(record) ? encoding : encodingOf(entry);
    return { input, partition, position, encoding: own, ...(source !== undefined && { source }) };
  }

  id(i: number): string {
    return this.#replayed[i].entry.id;
  }

  place(i: number): string {
    return this.#replayed[i].entry.place;
  }

  /** Of a record that was read again, its own; else what is kept. */
  raw(i: number): Uint8Array {
    const { entry, record } = this.#replayed[i];
    return isRecord(record) ? record.raw(0) : rawOf(entry);
  }

  bytes(i: number): number {
    const { entry, record } = this.#replayed[i];
    if (isRecord(record)) return record.bytes(0);
    return entry.whole ? rawOf(entry).length : entry.bytes;
  }

  fault(i: number): RecordFault | undefined {
    const { record } = this.#replayed[i];
    return isRecord(record) ? record.fault(0) : record;
  }

  protected recordOf(i: number) {
    const { record } = this.#replayed[i];
    if (isRecord(record)) return record;
    throw new Error(`${this.place(i)}: a dirty record has no values`);
  }
}

/** The encoding of what is kept of a record. */
export const encodingOf = ({ raw, encoding = 'utf-8' }: DirtyEntry): string =>
  raw === undefined ? encoding : 'utf-8';

class TextReplayBatch extends ReplayBatch implements TextBatch {
  readonly shape = 'text';
  readonly columns: readonly string[];

  constructor(replayed: readonly Replayed[], first: number, columns: readonly string[]) {
    super(replayed, first);
    this.columns = columns;
  }

  values(i: number): readonly (string | null)[] {
    return (this.recordOf(i) as TextBatch).values(0);
  }
}

class JsonReplayBatch extends ReplayBatch implements JsonBatch {
  readonly shape = 'json';

  json(i: number): Uint8Array {
    return (this.recordOf(i) as JsonBatch).json(0);
  }
}

/** @param columns names of the columns, where the format has them */
export function replayBatch(
  replayed: readonly Replayed[],
  first: number,
  columns: readonly string[] | undefined,
): TextBatch | JsonBatch {
  return columns ? new TextReplayBatch(replayed, first, columns) : new JsonReplayBatch(replayed, first);
}
