import type { DirtyEntry } from '../dirty/entry.js';
import { Fault, type RecordFault } from '../job/fault.js';
import type { Partition, Source } from '../sources/source.js';
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
      return batch.length > 0 && batch.id(0) === id ? batch : notReplayable('it is not found any more');
    }
    return notReplayable('it is not found any more');
  } catch (error) {
    if (error instanceof Fault && error.fault === 'user') return notReplayable(error.message);
    throw error;
  }
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
