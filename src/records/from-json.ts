import { type RecordFault, userFault } from '../job/fault.js';
import type { Job } from '../job/schema.js';
import type { JsonBatch } from '../sources/source.js';
import type { Converted } from './converted.js';
import { csvField } from './csv-line.js';
import { type Members, members } from './json-members.js';
import { duplicateFault, isMembers, jsonSteps } from './json-steps.js';
import { textOf } from './json-text.js';
import { KEY_SEPARATOR, keyFault, keyPart } from './key.js';
import { constants, nameAfter } from './transform.js';

/**
 * The converter for records that are JSON objects. A record that needs no change goes through byte for byte.
 * @throws Fault the user's, if CSV bodies are asked for and no columns are declared, or a filter can't be used
 */
export function jsonConverter(job: Job): (batch: JsonBatch, i: number) => Converted {
  const { sink, source, transform } = job;
  const csv = sink.format === 'csv' ? csvBody(job) : undefined;
  const run = jsonSteps(job);
  const { keyFields } = sink;
  const looksInside = csv || keyFields || transform.length > 0 || Object.keys(source.columns).length > 0;
  return (batch, i) => {
    const raw = batch.json(i);
    if (!looksInside) return { id: batch.id(i), body: raw };
    const read = members(utf8(raw));
    const record = run(read);
    if (!isMembers(record)) return record;
    const id = batch.id(i);
    const body = csv ? csv(record) : record === read ? raw : jsonText(record);
    if (isFault(body)) return body;
    if (!keyFields) return { id, body };
    const key = keyOf(keyFields, record);
    return isFault(key) ? key : { id, key, body };
  };
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isFault(result: object | string): result is RecordFault {
  return typeof result === 'object' && 'code' in result && 'message' in result;
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
