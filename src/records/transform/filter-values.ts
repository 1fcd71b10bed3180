import type { RecordFault } from '../../job/fault.js';
import type { ColumnType } from '../../job/schema/column.js';
import { elements, members } from '../json-members.js';
import { epochMilliseconds } from '../values/timestamp.js';

/** A value as the filter's library knows it: a bigint is an int, a number a double. */
export type FilterValue =
  | string
  | bigint
  | number
  | boolean
  | Date
  | null
  | readonly FilterValue[]
  | ReadonlyMap<string, FilterValue>;

const INTEGER = /^-?[0-9]+$/;
const MAX_INT = 2n ** 63n - 1n;
/** How deep arrays and objects may lie in each other. */
const MAX_DEPTH = 32;

/** The value of a text that fits its type; undefined if a filter can't take it. */
export function filterValueOfText(type: ColumnType, text: string): FilterValue | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      return int64(text);
    case 'decimal':
      return Number(text);
    case 'boolean':
      return text.toLowerCase() === 'true';
    case 'timestamp':
      return new Date(epochMilliseconds(text));
    case 'json':
      return filterValueOfJson(text);
  }
}

/**
 * A JSON value as it stands in a record, read by its kind, or by its type where that is known.
 * @returns undefined if a filter can't take it
 */
export function filterValueOfJson(json: string, type?: ColumnType, depth = 0): FilterValue | undefined {
  switch (json[0]) {
    case '"': {
      const text = JSON.parse(json) as string;
      return type === 'timestamp' ? filterValueOfText(type, text) : text;
    }
    case '{':
      return depth < MAX_DEPTH ? mapOf(json, depth + 1) : undefined;
    case '[':
      return depth < MAX_DEPTH ? listOf(json, depth + 1) : undefined;
    case 't':
    case 'f':
      return json === 'true';
    case 'n':
      return null;
    default:
      if (type === 'integer') return int64(json);
      return (type !== 'decimal' && INTEGER.test(json) ? int64(json) : undefined) ?? Number(json);
  }
}

function int64(digits: string): bigint | undefined {
  // 64 bits take 20 characters at most; what is longer would cost much.
  if (digits.length > 20) return undefined;
  const value = BigInt(digits);
  return value <= MAX_INT && value >= -MAX_INT - 1n ? value : undefined;
}

function mapOf(json: string, depth: number): FilterValue | undefined {
  const { names, values } = members(json);
  const map = new Map<string, FilterValue>();
  for (const [index, name] of names.entries()) {
    const value = filterValueOfJson(values[index], undefined, depth);
    if (value === undefined) return undefined;
    map.set(name, value);
  }
  return map;
}

function listOf(json: string, depth: number): FilterValue | undefined {
  const list: FilterValue[] = [];
  for (const element of elements(json)) {
    const value = filterValueOfJson(element, undefined, depth);
    if (value === undefined) return undefined;
    list.push(value);
  }
  return list;
}

export function notFilterable(field: string, step: number): RecordFault {
  return {
    code: 'not_filterable',
    message: `the filter of transform step ${step} can not take the value of ${JSON.stringify(field)}: it has more than 64 bits, or lies too deep`,
  };
}
