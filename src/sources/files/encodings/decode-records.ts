import { isAscii } from 'node:buffer';
import type { RecordFault } from '../../../job/fault.js';
import type { RecordBytes } from '../cut.js';
import { type Decoder, MAX_GROWTH, UNDECODABLE } from './decoder.js';

type Faults = Map<number, RecordFault>;

/**
 * The records in UTF-8. One that can't be decoded is dirty; the dirty ones have no bytes in the result.
 * Records that are all ASCII are given back as they are.
 */
export function decodeRecords(
  records: RecordBytes,
  faults: Faults,
  decoder: Decoder,
  fault: RecordFault,
): RecordBytes {
  const { buffer, starts, ends } = records;
  const region = buffer.subarray(starts[0], ends[ends.length - 1]);
  if (isAscii(region)) return records;
  const text = Buffer.allocUnsafeSlow(region.length * MAX_GROWTH);
  const textStarts: number[] = [];
  const textEnds: number[] = [];
  let at = 0;
  for (let i = 0; i < starts.length; i++) {
    textStarts.push(at);
    if (!faults.has(i)) {
      const end = decoder.decode(buffer, starts[i], ends[i], text, at, true);
      if (decoder.failed) faults.set(i, fault);
      else at = end;
    }
    textEnds.push(at);
  }
  // A copy, so that what is kept of it is no larger than it has to be.
  return { buffer: Buffer.from(text.subarray(0, at)), starts: textStarts, ends: textEnds };
}

/** The records of decoded text; those that hold what could not be decoded are dirty. */
export function checkDecoded(records: RecordBytes, faults: Faults, fault: RecordFault): RecordBytes {
  const { buffer, starts, ends } = records;
  let at = buffer.indexOf(UNDECODABLE, starts[0]);
  for (let i = 0; i < starts.length && at !== -1; i++) {
    if (at < starts[i]) at = buffer.indexOf(UNDECODABLE, starts[i]);
    if (at !== -1 && at < ends[i] && !faults.has(i)) faults.set(i, fault);
  }
  return records;
}
