import type { RecordFault } from '../../job/fault.js';
import type { CsvSource } from '../../job/schema/source.js';
import type { RecordBytes } from '../files/cut.js';
import { Found } from '../files/cutter.js';
import type { BeginningFile } from '../files/format.js';
import type { Window } from '../files/window.js';
import { dialectOf } from './dialect.js';
import { RecordScanner } from './record-scanner.js';
import { parseValues } from './values.js';

/** The first record of a file, be it a header or not. */
export interface FirstRecord {
  /** Where it starts in the content; where the content ends if there is no record. */
  readonly start: number;
  /** Where the search for the next one starts. */
  readonly next: number;
  /** Its bytes as they stand in the file, as far as they are in memory; absent if there is no record. */
  readonly raw?: Buffer;
  /** The byte behind its line end, if there is any. */
  readonly byteBehind?: number;
  /** Absent if it is dirty, by `fault`. */
  readonly values?: readonly string[];
  readonly fault?: RecordFault;
}

/** @param from index in the window where the search starts */
export async function readFirstRecord(
  window: Window,
  from: number,
  { encoding, alive }: BeginningFile,
  spec: CsvSource,
): Promise<FirstRecord> {
  const scanner = new RecordScanner(dialectOf(spec), spec.maxRecordSize);
  let found = scanner.find(window.buffer, from, window.atEnd);
  while (found === Found.MORE) {
    alive();
    await window.more(scanner.next);
    found = scanner.find(window.buffer, 0, window.atEnd);
  }
  const start = window.base + scanner.start;
  const next = window.base + scanner.next;
  if (found === Found.END) return { start, next };
  if (found === Found.OVERLONG) {
    return { start, next, raw: window.buffer.subarray(scanner.start), ...faultOf(scanner.fault) };
  }
  await window.atLeast(scanner.next + 1);
  const faults = new Map(scanner.fault && [[0, scanner.fault]]);
  const bytes: RecordBytes = { buffer: window.buffer, starts: [scanner.start], ends: [scanner.end] };
  const text = encoding.decode(bytes, faults);
  const [row] = faults.size > 0 ? [] : parseValues(text, faults, { ...spec, nullText: undefined }, undefined);
  return {
    start,
    next,
    raw: window.buffer.subarray(scanner.start, scanner.end),
    byteBehind: window.buffer[scanner.next],
    ...(row && { values: row.map(String) }),
    ...faultOf(faults.get(0)),
  };
}

const faultOf = (fault: RecordFault | undefined) => (fault ? { fault } : {});
