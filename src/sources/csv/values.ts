import { isAscii, isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import type { RecordFault } from '../../job/fault.js';
import type { CsvSource } from '../../job/schema/source.js';
import type { RecordBytes } from '../files/cut.js';
import { INVALID_UTF8 } from '../files/record-faults.js';
import { NUL_BYTE, STRAY_QUOTE, UNCLOSED_QUOTE, wrongFieldCount } from './faults.js';
import { lineEndOf, separatorOf } from './line-end.js';
import { quotedFields } from './quoted-fields.js';

export type Values = (string | null)[];

type Faults = Map<number, RecordFault>;

/**
 * The values of records, by the record's number; a dirty record has none. Faults that are found on the way are added
 * to those there are.
 * @param text the records in UTF-8
 * @param columns how many fields a record must have; any number if absent
 */
export function parseValues(
  text: RecordBytes,
  faults: Faults,
  spec: CsvSource,
  columns: number | undefined,
): (Values | undefined)[] {
  const { buffer, starts, ends } = text;
  const quoted = new Set(quotedRecords(text, spec.quote.charCodeAt(0)));
  checkBytes(text, faults);
  const region = buffer.subarray(starts[0], ends[ends.length - 1]);
  const encoding = isAscii(region) ? 'latin1' : 'utf8';
  const rows: (Values | undefined)[] = starts.map((start, i) => {
    if (faults.has(i) || quoted.has(i)) return undefined;
    // Without a quote there is nothing to a record but delimiters.
    return buffer.toString(encoding, start, ends[i]).split(spec.delimiter);
  });
  parseQuoted(
    text,
    faults,
    [...quoted].filter((i) => !faults.has(i)),
    spec,
    rows,
  );
  for (const [i, row] of rows.entries()) {
    if (!row) continue;
    if (columns !== undefined && row.length !== columns) {
      faults.set(i, wrongFieldCount(row.length, columns));
      rows[i] = undefined;
    } else if (spec.nullText !== undefined) {
      setNulls(row, text, i, spec, quoted.has(i));
    }
  }
  return rows;
}

/** The numbers of the records that hold a quote. */
function quotedRecords({ buffer, starts, ends }: RecordBytes, quote: number): number[] {
  const found: number[] = [];
  let at = buffer.indexOf(quote, starts[0]);
  for (let i = 0; i < starts.length && at !== -1; i++) {
    if (at < starts[i]) at = buffer.indexOf(quote, starts[i]);
    if (at !== -1 && at < ends[i]) found.push(i);
  }
  return found;
}

/** Looks at all records in one go, and at each only where something is wrong with one of them. */
function checkBytes({ buffer, starts, ends }: RecordBytes, faults: Faults): void {
  const region = buffer.subarray(starts[0], ends[ends.length - 1]);
  const hasNul = region.includes(0);
  if (!hasNul && isUtf8(region)) return;
  for (let i = 0; i < starts.length; i++) {
    if (faults.has(i)) continue;
    const raw = buffer.subarray(starts[i], ends[i]);
    if (hasNul && raw.includes(0)) faults.set(i, NUL_BYTE);
    else if (!isUtf8(raw)) faults.set(i, INVALID_UTF8);
  }
}

/** Parses the records with quotes in one go, because setting up the parser costs as much as many records. */
function parseQuoted(
  text: RecordBytes,
  faults: Faults,
  records: readonly number[],
  spec: CsvSource,
  rows: (Values | undefined)[],
): void {
  if (records.length === 0) return;
  const separator = separatorOf(lineEndOf(spec));
  const parsed = parseCsv(joined(text, records, separator), separator, spec);
  if (Array.isArray(parsed) && parsed.length === records.length) {
    for (const [at, i] of records.entries()) rows[i] = parsed[at];
    return;
  }
  // The parser and the scanner do not agree about one of them: it costs that record alone.
  for (const i of records) {
    const alone = parseCsv(text.buffer.subarray(text.starts[i], text.ends[i]), separator, spec);
    if (Array.isArray(alone) && alone.length === 1) rows[i] = alone[0];
    else faults.set(i, Array.isArray(alone) ? STRAY_QUOTE : alone);
  }
}

function joined(
  { buffer, starts, ends }: RecordBytes,
  records: readonly number[],
  separator: string,
): Buffer {
  const size = records.reduce((sum, i) => sum + ends[i] - starts[i] + separator.length, 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const i of records) {
    at += buffer.copy(bytes, at, starts[i], ends[i]);
    at += bytes.write(separator, at, 'latin1');
  }
  return bytes;
}

function parseCsv(
  bytes: Buffer,
  separator: string,
  { delimiter, quote, escape: escaper = quote }: CsvSource,
): string[][] | RecordFault {
  try {
    // The only line end: the parser must take nothing else for one, nor a carriage return before it.
    return parse(bytes, {
      delimiter,
      quote,
      escape: escaper,
      record_delimiter: separator,
      relax_column_count: true,
    });
  } catch (error) {
    if (error instanceof CsvError)
      return error.code === 'CSV_QUOTE_NOT_CLOSED' ? UNCLOSED_QUOTE : STRAY_QUOTE;
    throw error;
  }
}

/** Text in quotes is text, whatever it is; the parser does not tell which fields were quoted. */
function setNulls(
  row: Values,
  { buffer, starts, ends }: RecordBytes,
  i: number,
  spec: CsvSource,
  hasQuotes: boolean,
): void {
  if (!row.includes(spec.nullText as string)) return;
  const quoted = hasQuotes ? quotedFields(buffer.subarray(starts[i], ends[i]), spec) : undefined;
  for (const [field, value] of row.entries()) {
    if (value === spec.nullText && !quoted?.[field]) row[field] = null;
  }
}
