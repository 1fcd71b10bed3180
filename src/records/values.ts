import type { ColumnSpec, ColumnType } from '../job/column-schema.js';
import type { RecordFault } from '../job/fault.js';
import type { Job } from '../job/schema.js';

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
/** The grammar of JSON numbers (RFC 8259, section 6). */
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const BOOLEAN = /^(?:true|false)$/i;

/** Whether a text is a value of a declared type. */
export function textFits(type: ColumnType, text: string): boolean {
  switch (type) {
    case 'string':
      return true;
    case 'integer':
      return INTEGER.test(text);
    case 'decimal':
      return DECIMAL.test(text);
    case 'boolean':
      return BOOLEAN.test(text);
    case 'timestamp':
    case 'json':
      throw new TypeError(`columns of type ${type} are not there yet`);
  }
}

/** The JSON value of a text that fits its type: numbers digit for digit as they stand. */
export function jsonOfText(type: ColumnType, text: string): string {
  switch (type) {
    case 'string':
      return JSON.stringify(text);
    case 'integer':
    case 'decimal':
      return text;
    case 'boolean':
      return text.toLowerCase();
    case 'timestamp':
    case 'json':
      throw new TypeError(`columns of type ${type} are not there yet`);
  }
}

/** Whether a JSON value, given as it stands in the input, is of a declared type. */
export function jsonFits(type: ColumnType, json: string): boolean {
  switch (type) {
    case 'string':
      return json.startsWith('"');
    case 'integer':
      return INTEGER.test(json);
    case 'decimal':
      return DECIMAL.test(json);
    case 'boolean':
      return json === 'true' || json === 'false';
    case 'timestamp':
    case 'json':
      throw new TypeError(`columns of type ${type} are not there yet`);
  }
}

/** What the job says of a column, if anything. */
export function declared({ source }: Job, column: string): ColumnSpec | undefined {
  return Object.hasOwn(source.columns, column) ? source.columns[column] : undefined;
}

const EXPECTED: Record<ColumnType, string> = {
  string: 'text',
  integer: 'an integer (digits, with a minus sign or without)',
  decimal: 'a decimal number as JSON writes it',
  boolean: 'true or false',
  timestamp: 'a date and a time in the format of the column',
  json: 'a JSON value',
};

export function typeFault(column: string, type: ColumnType): RecordFault {
  return { code: `not_${type}`, message: `the value of ${JSON.stringify(column)} is not ${EXPECTED[type]}` };
}

export function requiredFault(column: string): RecordFault {
  return { code: 'value_missing', message: `${JSON.stringify(column)} is required and has no value` };
}
