import type { RecordFault } from '../../job/fault.js';
import type { ColumnType } from '../../job/schema/column.js';
import { elements, members } from '../json-members.js';
import { epochMilliseconds, isTimestamp } from '../values/timestamp.js';
import { INTEGER } from '../values/values.js';
import { int64 } from './filter-numbers.js';

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

/** How deep arrays and objects may lie in each other. */
const MAX_DEPTH = 32;
/** Elements of an array, or members of an object. */
const MAX_LENGTH = 1000;
/** Elements and members in a value, on all its levels. */
const MAX_PARTS = 10_000;
/** UTF-16 units of a text. */
const MAX_TEXT = 256 * 1024;

/** The value of a text that fits its type; undefined if a filter can't take it. */
export function filterValueOfText(type: ColumnType, text: string): FilterValue | undefined {
  switch (type) {
    case 'string':
      return text.length <= MAX_TEXT ? text : undefined;
    case 'integer':
      return int64(text);
    case 'decimal':
      return Number(text);
    case 'boolean':
      return text.toLowerCase() === 'true';
    case 'timestamp':
      // In JSON sources a name may also come from a field without a type.
      return isTimestamp(text) ? new Date(epochMilliseconds(text)) : undefined;
    case 'json':
      return filterValueOfJson(text);
  }
}

/**
 * A JSON value as it stands in a record, read by its kind, or by its type where that is known.
 * @returns undefined if a filter can't take it
 */
export function filterValueOfJson(json: string, type?: ColumnType): FilterValue | undefined {
  return taken(json, type, { depth: 0, parts: 0 });
}

/** Where in a value its reader is. */
interface Extent {
  depth: number;
  parts: number;
}

function taken(json: string, type: ColumnType | undefined, extent: Extent): FilterValue | undefined {
  switch (json[0]) {
    case '"':
      return filterValueOfText(type === 'timestamp' ? type : 'string', JSON.parse(json) as string);
    case '{':
    case '[':
      return deeper(json, extent);
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

function deeper(json: string, extent: Extent): FilterValue | undefined {
  if (extent.depth === MAX_DEPTH) return undefined;
  extent.depth++;
  const value = json[0] === '{' ? mapOf(json, extent) : listOf(json, extent);
  extent.depth--;
  return value;
}

function mapOf(json: string, extent: Extent): FilterValue | undefined {
  const { names, values } = members(json);
  if (!fits(values, extent)) return undefined;
  const map = new Map<string, FilterValue>();
  for (const [index, name] of names.entries()) {
    const value = taken(values[index], undefined, extent);
    if (value === undefined) return undefined;
    map.set(name, value);
  }
  return map;
}

function listOf(json: string, extent: Extent): FilterValue | undefined {
  const given = elements(json);
  if (!fits(given, extent)) return undefined;
  const list: FilterValue[] = [];
  for (const element of given) {
    const value = taken(element, undefined, extent);
    if (value === undefined) return undefined;
    list.push(value);
  }
  return list;
}

function fits({ length }: readonly string[], extent: Extent): boolean {
  extent.parts += length;
  return length <= MAX_LENGTH && extent.parts <= MAX_PARTS;
}

export function notFilterable(field: string, step: number): RecordFault {
  return {
    code: 'not_filterable',
    message: `the filter of transform step ${step} can not take the value of ${JSON.stringify(field)}: it is not of the declared type, has more than 64 bits, or is too long or too deep (docs/filter.md tells how much a filter takes)`,
  };
}
