import type { CsvSource } from '../../job/schema/source.js';
import type { Beginning, BeginningFile } from '../files/format.js';
import type { Window } from '../files/window.js';
import { readFirstRecord } from './first-record.js';
import { columnsOf } from './header.js';
import { checkLineEnds } from './line-end-check.js';

/**
 * What stands before the records of a CSV file: its header, if it has one.
 * @param from index in the window where the content starts
 * @returns no columns if a file that should have a header has no record at all
 * @throws Fault the user's if the header can't name columns, or if lines end in another way than the job says
 */
export async function readBeginning(
  window: Window,
  from: number,
  file: BeginningFile,
  spec: CsvSource,
): Promise<Beginning> {
  const first = await readFirstRecord(window, from, file, spec);
  if (spec.header) {
    if (!first.raw) return { start: first.next };
    return { start: first.next, columns: columnsOf(first, file.path, spec) };
  }
  checkLineEnds(first, file.path, spec);
  return { start: first.start, columns: Object.keys(spec.columns) };
}
