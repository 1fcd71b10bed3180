import { type DirtyEntry, rawOf } from '../dirty/entry.js';
import type { RecordFault } from '../job/fault.js';
import { fileEncoding } from '../sources/files/encodings/file-encoding.js';

/** What is kept of a record as text, where its bytes are text in their encoding. */
function entryText(entry: DirtyEntry): string | undefined {
  const { raw, encoding = 'utf-8' } = entry;
  if (raw !== undefined) return raw;
  if (encoding === 'utf-8') return undefined;
  const buffer = rawOf(entry);
  const faults = new Map<number, RecordFault>();
  const decoded = fileEncoding(encoding, undefined).decode(
    { buffer, starts: [0], ends: [buffer.length] },
    faults,
  );
  if (faults.size > 0) return undefined;
  return decoded.buffer.toString('utf8', decoded.starts[0], decoded.ends[0]);
}

/** The entry with its record as text where that is possible, so that a person can mend it. */
export function readable(entry: DirtyEntry): DirtyEntry {
  const text = entryText(entry);
  if (text === undefined) return entry;
  const { rawBase64: _, encoding: __, ...rest } = entry;
  return { ...rest, raw: text };
}
