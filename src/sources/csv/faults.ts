import type { RecordFault } from '../../job/fault.js';

/** Why a record of a CSV file can't be read. The sentences name no values: they are logged. */

export const STRAY_QUOTE: RecordFault = {
  code: 'stray_quote',
  message: 'a quote stands inside a field that does not start with one, or text follows a closing quote',
};
export const UNCLOSED_QUOTE: RecordFault = {
  code: 'unclosed_quote',
  message:
    'a quote is not closed before the end of the file or the longest record; reading goes on at the next line',
};
export const RECORD_TOO_LONG: RecordFault = {
  code: 'record_too_long',
  message: 'the record is longer than source.maxRecordSize',
};
export const NUL_BYTE: RecordFault = { code: 'nul_byte', message: 'the record holds a NUL byte' };
export const INVALID_UTF8: RecordFault = { code: 'invalid_utf8', message: 'the record is not valid UTF-8' };

/** @param count fields of the record, which are not as many as columns */
export function wrongFieldCount(count: number, columns: number): RecordFault {
  const fields = `the record has ${count} ${count === 1 ? 'field' : 'fields'}, but there are ${columns} columns`;
  return { code: count < columns ? 'too_few_fields' : 'too_many_fields', message: fields };
}
