import type { RecordFault } from '../../job/fault.js';
import { isTooDeep, MAX_JSON_DEPTH } from '../../job/json-depth.js';
import type { ColumnSpec, ColumnType } from '../../job/schema/column.js';
import type { Job } from '../../job/schema/job.js';
import { timestampReader } from './timestamp.js';

/** Gives a value of a declared type as it goes into the message, or undefined if it is not of that type. */
export type Reader = (value: string) => string | undefined;

/** A whole number as JSON writes it. */
export const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
/** The grammar of JSON numbers (RFC 8259, section 6). */
export const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const BOOLEAN = /^(?:true|false)$/i;

/** Reads the texts of a column; all but timestamps, and white space around JSON, stay as they stand. */
export function textReader(spec: ColumnSpec): Reader {
  switch (spec.type) {
    case 'string':
      return (text) => text;
    case 'integer':
      return (text) => (INTEGER.test(text) ? text : undefined);
    case 'decimal':
      return (text) => (DECIMAL.test(text) ? text : undefined);
    case 'boolean':
      return (text) => (BOOLEAN.test(text) ? text : undefined);
    case 'timestamp':
      return timestampReader(spec);
    case 'json':
      return (text) => (isJson(text) ? text.trim() : undefined);
  }
}

/** Reads the values of a field, given as JSON as they stand in the input; all but timestamps stay so. */
export function jsonReader(spec: ColumnSpec): Reader {
  switch (spec.type) {
    case 'string':
      return (json) => (json.startsWith('"') ? json : undefined);
    case 'integer':
      return (json) => (INTEGER.test(json) ? json : undefined);
    case 'decimal':
      return (json) => (DECIMAL.test(json) ? json : undefined);
    case 'boolean':
      return (json) => (json === 'true' || json === 'false' ? json : undefined);
    case 'timestamp': {
      const read = timestampReader(spec);
      return (json) => {
        const iso = json.startsWith('"') ? read(JSON.parse(json) as string) : undefined;
        return iso === undefined ? undefined : `"${iso}"`;
      };
    }
    case 'json':
      return (json) => json;
  }
}

/** The JSON value of a text that a {@link textReader} has given: numbers digit for digit as they stand. */
export function jsonOfText(type: ColumnType, text: string): string {
  switch (type) {
    case 'string':
      return JSON.stringify(text);
    case 'integer':
    case 'decimal':
    case 'json':
      return text;
    case 'boolean':
      return text.toLowerCase();
    case 'timestamp':
      return `"${text}"`;
  }
}

function isJson(text: string): boolean {
  if (isTooDeep(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
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
  timestamp: "a date and a time in the column's format, or is one that its time zone skips",
  json: `a JSON value, or has more than ${MAX_JSON_DEPTH} arrays and objects in one another`,
};

export function typeFault(column: string, type: ColumnType): RecordFault {
  return { code: `not_${type}`, message: `the value of ${JSON.stringify(column)} is not ${EXPECTED[type]}` };
}

export function requiredFault(column: string): RecordFault {
  return { code: 'value_missing', message: `${JSON.stringify(column)} is required and has no value` };
}
