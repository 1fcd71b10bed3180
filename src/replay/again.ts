import type { DirtyEntry } from '../dirty/entry.js';
import { Fault, type RecordFault } from '../job/fault.js';
import type { Partition, RecordBatch, Source } from '../sources/source.js';
import type { OneRecord } from './one-record.js';

/**
 * Reads a record again of which only the beginning is kept, if its source is still what it was.
 * @param source the job's own
 * @throws Fault the world's
 */
export async function readAgain(
  { id, position, source: partition }: DirtyEntry,
  source: Source,
  signal: AbortSignal,
): Promise<OneRecord> {
  if (!isOfSource(partition) || !isPosition(position))
    return notReplayable('its source is not known any more');
  try {
    for await (const batch of source.read(partition, position, signal)) {
      return batch.length > 0 && batch.id(0) === id
        ? firstOf(batch)
        : notReplayable('it is not found any more');
    }
    return notReplayable('it is not found any more');
  } catch (error) {
    if (error instanceof Fault && error.fault === 'user') return notReplayable(error.message);
    throw error;
  }
}

/** The first record of a batch with bytes of its own, as the batch holds all that was read from the source at a time. */
function firstOf(batch: RecordBatch): RecordBatch {
  const [id, place, bytes, fault] = [batch.id(0), batch.place(0), batch.bytes(0), batch.fault(0)];
  const raw = Buffer.from(batch.raw(0));
  const after = batch.positionAfter(0);
  const common = {
    length: 1,
    positionAfter: () => after,
    id: () => id,
    raw: () => raw,
    bytes: () => bytes,
    place: () => place,
    fault: () => fault,
  };
  if (batch.shape === 'text') {
    const values = fault ? [] : batch.values(0);
    return { ...common, shape: 'text', columns: batch.columns, values: () => values };
  }
  const json = fault ? raw : Buffer.from(batch.json(0));
  return { ...common, shape: 'json', json: () => json };
}

/** Entries may have been changed by hand. */
const isPosition = (value: unknown): boolean =>
  Number.isSafeInteger(value) || /^\d+\/-?\d+$/.test(String(value));

function isOfSource(value: unknown): value is Partition {
  const { spec } = (value ?? {}) as Partial<Partition>;
  return typeof spec === 'object' && spec !== null && 'fingerprint' in spec;
}

const notReplayable = (why: string): RecordFault => ({
  code: 'not_replayable',
  message: `only the beginning of the record is kept, and it can not be read again: ${why}`,
});
