import { type RecordFault, userFault } from '../job/fault.js';
import type { Message } from '../job/message.js';
import type { Job } from '../job/schema.js';
import type { JsonBatch } from '../sources/source.js';
import { csvField } from './csv-line.js';
import { type Members, members } from './json-members.js';
import { KEY_SEPARATOR, keyFault, keyPart } from './key.js';
import { constants, nameAfter } from './transform.js';
import { jsonFits, requiredFault, typeFault } from './values.js';

/**
 * The converter for records that are JSON objects. A record that needs no change goes through byte for byte.
 * @throws Fault the user's, if CSV bodies are asked for and no columns are declared
 */
export function jsonConverter(job: Job): (batch: JsonBatch, i: number) => Message | RecordFault {
  const { sink, source, transform } = job;
  const body = sink.format === 'csv' ? csvBody(job) : transform.length > 0 ? jsonText : undefined;
  const check = typeCheck(job);
  const change = changeMembers(job);
  const { keyFields } = sink;
  const looksInside = body || keyFields || Object.keys(source.columns).length > 0;
  return (batch, i) => {
    const id = batch.id(i);
    const raw = batch.json(i);
    if (!looksInside) return { id, body: raw };
    const read = members(utf8(raw));
    const fault = check(read);
    if (fault) return fault;
    const changed = change(read);
    if (isFault(changed)) return changed;
    const made = body ? body(changed) : raw;
    if (isFault(made)) return made;
    if (!keyFields) return { id, body: made };
    const key = keyOf(keyFields, changed);
    return isFault(key) ? key : { id, key, body: made };
  };
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isFault(result: object | string): result is RecordFault {
  return typeof result === 'object' && 'code' in result && 'message' in result;
}

function duplicateFault(name: string): RecordFault {
  return { code: 'duplicate_field', message: `${JSON.stringify(name)} stands in the record twice` };
}

function typeCheck({ source }: Job): (record: Members) => RecordFault | undefined {
  const columns = Object.entries(source.columns);
  return ({ names, values }) => {
    for (const [column, { type, required }] of columns) {
      const at = names.indexOf(column);
      if (at !== names.lastIndexOf(column)) return duplicateFault(column);
      const value = at < 0 ? 'null' : values[at];
      if (value === 'null') {
        if (required) return requiredFault(column);
      } else if (!jsonFits(type, value)) {
        return typeFault(column, type);
      }
    }
    return undefined;
  };
}

/** The members after the transform: others left out, renamed, or added; values as they stood. */
function changeMembers({ transform }: Job): (record: Members) => Members | RecordFault {
  if (transform.length === 0) return (record) => record;
  const added = constants(transform);
  const known = new Map<string, string | undefined>();
  const finalName = (name: string) => {
    if (known.has(name)) return known.get(name);
    const final = nameAfter(name, transform);
    // Records may have any names: those of a job's fields come again and again, others should not pile up.
    if (known.size < 1000) known.set(name, final);
    return final;
  };
  return (record) => {
    const names: string[] = [];
    const values: string[] = [];
    for (const [index, given] of record.names.entries()) {
      const name = finalName(given);
      if (name === undefined) continue;
      names.push(name);
      values.push(record.values[index]);
    }
    for (const { name, json } of added) {
      names.push(name);
      values.push(json);
    }
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    return twice === undefined ? { names, values } : duplicateFault(twice);
  };
}

function jsonText({ names, values }: Members): string {
  let body = '{';
  for (const [index, name] of names.entries()) {
    body += `${index === 0 ? '' : ','}${JSON.stringify(name)}:${values[index]}`;
  }
  return `${body}}`;
}

/** JSON objects come with any fields in any order; only declared columns make lines that belong together. */
function csvBody({ source, transform }: Job): (record: Members) => string | RecordFault {
  const declared = Object.keys(source.columns).flatMap((column) => nameAfter(column, transform) ?? []);
  if (declared.length === 0) {
    throw userFault(
      'columns_missing',
      'CSV bodies made from JSON records need to know the columns and their order.',
      'Declare source.columns, or set sink.format to json.',
    );
  }
  const columns = [...declared, ...constants(transform).map(({ name }) => name)];
  return ({ names, values }) => {
    const stranger = names.find((name) => !columns.includes(name));
    if (stranger !== undefined) {
      return {
        code: 'undeclared_field',
        message: `${JSON.stringify(stranger)} is not among source.columns, so it has no place in a line of CSV`,
      };
    }
    const fields: string[] = [];
    for (const column of columns) {
      const at = names.indexOf(column);
      const text = textOf(at < 0 ? 'null' : values[at], column);
      if (text !== null && typeof text === 'object') return text;
      fields.push(csvField(text));
    }
    return fields.join(',');
  };
}

function keyOf(keyFields: readonly string[], { names, values }: Members): string | RecordFault {
  const parts: string[] = [];
  for (const field of keyFields) {
    const at = names.indexOf(field);
    if (at !== names.lastIndexOf(field)) return duplicateFault(field);
    const json = at < 0 ? 'null' : values[at];
    if (json.startsWith('{') || json.startsWith('[')) {
      return {
        code: 'key_not_scalar',
        message: `the key field ${JSON.stringify(field)} is an object or array`,
      };
    }
    const text = textOf(json, field);
    if (text === null || text === '') return keyFault(field);
    if (typeof text === 'object') return text;
    parts.push(keyPart(text));
  }
  return parts.join(KEY_SEPARATOR);
}

/** A JSON value as text: what a string holds, null, and anything else as it stands. */
function textOf(json: string, field: string): string | null | RecordFault {
  if (json === 'null') return null;
  if (!json.startsWith('"')) return json;
  const text = JSON.parse(json) as string;
  // Half a surrogate pair, written as \uD800, has no form in UTF-8: it would silently become another character.
  if (text.isWellFormed()) return text;
  return { code: 'not_unicode', message: `the text of ${JSON.stringify(field)} has half a surrogate pair` };
}
