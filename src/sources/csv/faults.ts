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
export const NUL_BYTE: RecordFault = {
  code: 'nul_byte',
  message: 'the record holds a NUL byte; if the file is in UTF-16, set source.encoding',
};

/** @param count fields of the record, which are not as many as columns */
export function wrongFieldCount(count: number, columns: number): RecordFault {
  const fields = `the record has ${count} ${count === 1 ? 'field' : 'fields'}, but there are ${columns} columns`;
  return { code: count < columns ? 'too_few_fields' : 'too_many_fields', message: fields };
}
