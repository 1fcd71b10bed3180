import { type RecordFault, userFault } from '../../job/fault.js';
import { nearest } from '../../job/nearest.js';
import type { CsvSource } from '../../job/schema/source.js';
import type { FirstRecord } from './first-record.js';
import { checkLineEnds, lineEndHints } from './line-end-check.js';

/** What stands in a header may be a record after all, so that messages show little of it. */
const MAX_NAMES = 5;
const MAX_NAME_LENGTH = 40;

const IF_NONE = 'If the file has no header, set source.header: false.';

/** What bytes of another encoding look like. */
const OF_ENCODING = ['invalid_utf8', 'nul_byte', 'undecodable'];

/**
 * The names of the columns.
 * @throws Fault the user's if the first record can't name columns, or one that the job declares is not there
 */
export function columnsOf(first: FirstRecord, path: string, spec: CsvSource): readonly string[] {
  const { values, fault, raw } = first;
  if (!values) {
    throw userFault(
      'header_unreadable',
      `The header of ${path} can not be read: ${fault?.message}`,
      [mendOf(fault), ...(raw ? lineEndHints(raw, spec) : [])].join(' '),
    );
  }
  checkLineEnds(first, path, spec);
  checkNames(values, path);
  checkDeclared(values, path, spec);
  return values;
}

function mendOf(fault: RecordFault | undefined): string {
  return fault && OF_ENCODING.includes(fault.code)
    ? 'Set source.encoding to the encoding of the file, such as gb18030, windows-1252 or utf-16le.'
    : 'Mend the first line of the file; it must name the columns.';
}

function checkNames(columns: readonly string[], path: string): void {
  const mend = `Give every column of the header a name of its own. ${IF_NONE}`;
  const seen = new Set<string>();
  for (const [index, name] of columns.entries()) {
    if (name === '') throw userFault('empty_column', `Column ${index + 1} of ${path} has no name`, mend);
    if (seen.has(name)) {
      throw userFault('duplicate_column', `${path} has more than one column ${shown(name)}`, mend);
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
      `it has ${columns.slice(0, MAX_NAMES).map(shown).join(', ')}${more}`,
    near === undefined
      ? `Name columns that the file has, or check source.delimiter. ${IF_NONE}`
      : `Did you mean ${shown(near)}?`,
  );
}

function shown(name: string): string {
  const characters = [...name];
  return JSON.stringify(
    characters.length > MAX_NAME_LENGTH ? `${characters.slice(0, MAX_NAME_LENGTH).join('')}…` : name,
  );
}
