import { userFault } from '../../job/fault.js';
import { nearest } from '../../job/nearest.js';
import type { CsvSource } from '../../job/schema/source.js';
import type { RecordBytes } from '../files/cut.js';
import { Found } from '../files/cutter.js';
import type { FileEncoding } from '../files/encodings/file-encoding.js';
import type { Beginning } from '../files/format.js';
import type { Window } from '../files/window.js';
import { dialectOf } from './dialect.js';
import { checkLineEnds, lineEndHints } from './line-end-check.js';
import { RecordScanner } from './record-scanner.js';
import { parseValues } from './values.js';

const MAX_NAMES = 20;

/**
 * Reads the first record of a file: the names of its columns.
 * @returns no columns if the file has no record at all
 * @throws Fault the user's if they can't be names, or one that the job declares is not there
 */
export async function readHeader(
  window: Window,
  from: number,
  path: string,
  spec: CsvSource,
  encoding: FileEncoding,
): Promise<Beginning> {
  const scanner = new RecordScanner(dialectOf(spec), spec.maxRecordSize);
  let found = scanner.find(window.buffer, from, window.atEnd);
  while (found === Found.MORE) {
    await window.more(scanner.next);
    found = scanner.find(window.buffer, 0, window.atEnd);
  }
  if (found === Found.END) return { start: window.base + scanner.next };
  const faults = new Map(scanner.fault && [[0, scanner.fault]]);
  const raw: RecordBytes = { buffer: window.buffer, starts: [scanner.start], ends: [scanner.end] };
  const seen = window.buffer.subarray(scanner.start, found === Found.RECORD ? scanner.end : undefined);
  const text = encoding.decode(raw, faults);
  const [row] = faults.size > 0 ? [] : parseValues(text, faults, { ...spec, nullText: undefined }, undefined);
  const fault = faults.get(0);
  if (!row || fault) {
    throw userFault(
      'header_unreadable',
      `The header of ${path} can not be read: ${fault?.message}`,
      ['Mend the first line of the file; it must name the columns.', ...lineEndHints(seen, spec)].join(' '),
    );
  }
  const columns = row.map(String);
  checkLineEnds(columns, seen, path, spec);
  checkNames(columns, path);
  checkDeclared(columns, path, spec);
  return { start: window.base + scanner.next, columns };
}

function checkNames(columns: readonly string[], path: string): void {
  const mend = 'Give every column of the header a name of its own.';
  const seen = new Set<string>();
  for (const [index, name] of columns.entries()) {
    if (name === '') throw userFault('empty_column', `Column ${index + 1} of ${path} has no name`, mend);
    if (seen.has(name)) {
      throw userFault('duplicate_column', `${path} has more than one column ${JSON.stringify(name)}`, mend);
    }
    seen.add(name);
  }
}

function checkDeclared(columns: readonly string[], path: string, spec: CsvSource): void {
  const missing = Object.keys(spec.columns).find((name) => !columns.includes(name));
  if (missing === undefined) return;
  const near = nearest(missing, columns);
  const more = columns.length > MAX_NAMES ? ` and ${columns.length - MAX_NAMES} more` : '';
  throw userFault(
    'column_missing',
    `${path} has no column ${JSON.stringify(missing)}, which source.columns declares; ` +
      `it has ${columns
        .slice(0, MAX_NAMES)
        .map((name) => JSON.stringify(name))
        .join(', ')}${more}`,
    near === undefined
      ? 'Name columns that the file has, or check source.delimiter.'
      : `Did you mean ${JSON.stringify(near)}?`,
  );
}
