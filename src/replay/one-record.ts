import type { RecordFault } from '../job/fault.js';
import type { FileSource } from '../job/schema/source.js';
import { cutRecords } from '../sources/files/cut.js';
import { fileEncoding } from '../sources/files/encodings/file-encoding.js';
import { inputUnclosed } from '../sources/files/faults.js';
import { type ByteInput, Window } from '../sources/files/window.js';
import { formatOf } from '../sources/registry.js';
import type { RecordBatch } from '../sources/source.js';

/** A record by itself: the first of a batch, or why it is none. */
export type OneRecord = RecordBatch | RecordFault;

export const isRecord = (one: OneRecord): one is RecordBatch => 'shape' in one;

export interface ParseOptions {
  readonly spec: FileSource;
  /** Names of the columns, where the format has them. */
  readonly columns: readonly string[] | undefined;
  /** Encoding of the bytes. */
  readonly encoding: string;
  readonly signal: AbortSignal;
}

/** Reads the bytes of one record as the job's source would, had they stood in a file. */
export async function parseOne(
  bytes: Buffer,
  { spec, columns, encoding: label, signal }: ParseOptions,
): Promise<OneRecord> {
  // Where records stand inside documents, it is the record alone that is kept.
  const format = formatOf(spec.type === 'json' ? { ...spec, recordPath: undefined } : spec);
  const encoding = fileEncoding(label, format.syntax);
  const window = new Window(encoding.open(inputOf(bytes)), 0, Math.max(1, bytes.length), Infinity);
  const context = { fileId: '', name: '', maxRecordSize: format.maxRecordSize };
  const lost = (start: number) => inputUnclosed('the record', start);
  let only: RecordBatch | undefined;
  for await (const cut of cutRecords(
    window,
    format.cutter(true),
    Infinity,
    format.maxRecordSize,
    signal,
    lost,
  )) {
    const batch = format.batch(cut, encoding.decode(cut, cut.faults), context, columns);
    if (only || batch.length > 1) return MANY_RECORDS;
    only = batch;
  }
  return only ?? NO_RECORD;
}

const MANY_RECORDS: RecordFault = {
  code: 'many_records',
  message: 'the text that is to be replayed holds more than one record',
};
const NO_RECORD: RecordFault = {
  code: 'no_record',
  message: 'the text that is to be replayed holds no record',
};

function inputOf(bytes: Buffer): ByteInput {
  let at = 0;
  return {
    async readInto(target, index) {
      const copied = bytes.copy(target, index, at);
      at += copied;
      return copied;
    },
    async close() {},
  };
}
