import { type RecordFault, userFault } from '../job/fault.js';
import type { Job } from '../job/schema/job.js';
import type { JsonBatch } from '../sources/source.js';
import type { Converted } from './converted.js';
import { type Members, members } from './json-members.js';
import { stringText } from './json-text.js';
import { csvWriter, EMPTY_LINE, needsQuotes } from './message/csv-body.js';
import { messageMaker, takesFields } from './message/message-maker.js';
import { csvNames } from './message/packing.js';
import { type Fields, jsonText } from './message/template-text.js';
import { duplicateFault, isMembers, jsonSteps } from './transform/json-steps.js';
import { nameAfter, repeated } from './transform/transform.js';

/**
 * The converter for records that are JSON objects. A record that needs no change goes through byte for byte.
 * @throws Fault the user's, if CSV bodies are asked for and no columns are declared, or two of one name, or a filter can't be used
 */
export function jsonConverter(job: Job): (batch: JsonBatch, i: number) => Converted {
  const { sink, source, transform } = job;
  const csv = sink.format === 'csv' ? csvBody(job) : undefined;
  const run = jsonSteps(job);
  const make = messageMaker(job, MESSAGE_FIELDS);
  const looksInside =
    csv || takesFields(sink) || transform.length > 0 || Object.keys(source.columns).length > 0;
  return (batch, i) => {
    const raw = batch.json(i);
    if (!looksInside) return make(batch.id(i), raw, NO_MEMBERS);
    const read = members(utf8(raw));
    const record = run(read);
    if (!isMembers(record)) return record;
    const body = csv ? csv(record) : record === read ? raw : jsonObject(record);
    return isFault(body) ? body : make(batch.id(i), body, record);
  };
}

const NO_MEMBERS: Members = { names: [], values: [] };

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isFault(result: object | string): result is RecordFault {
  return typeof result === 'object' && 'code' in result && 'message' in result;
}

function jsonObject({ names, values }: Members): string {
  let body = '{';
  for (const [index, name] of names.entries()) {
    body += `${index === 0 ? '' : ','}${JSON.stringify(name)}:${values[index]}`;
  }
  return `${body}}`;
}

/** JSON objects come with any fields in any order; only declared columns make lines that belong together. */
function csvBody(job: Job): (record: Members) => string | RecordFault {
  const { sink, source, transform } = job;
  if (Object.keys(source.columns).every((column) => nameAfter(column, transform) === undefined)) {
    throw userFault(
      'columns_missing',
      'CSV bodies made from JSON records need to know the columns and their order.',
      'Declare source.columns, or set sink.format to json.',
    );
  }
  const columns = csvNames(job);
  const twice = repeated(columns);
  if (twice !== undefined) {
    throw userFault(
      'duplicate_field',
      `The transform makes a second field ${JSON.stringify(twice)}, so that a line of CSV would have it twice.`,
      'Drop or rename the first one before.',
    );
  }
  const declared = new Set(columns);
  const { field, delimiter, header } = csvWriter(sink, columns);
  // Records that share a message share its header as well.
  const before = sink.recordsPerMessage === undefined ? header : '';
  return ({ names, values }) => {
    const stranger = names.find((name) => !declared.has(name));
    if (stranger !== undefined) {
      return {
        code: 'undeclared_field',
        message: `${JSON.stringify(stranger)} is not among source.columns, so it has no place in a line of CSV`,
      };
    }
    const fields: string[] = [];
    for (const column of columns) {
      const at = names.indexOf(column);
      const text = at < 0 ? null : stringText(values[at], column);
      if (text !== null && typeof text === 'object') return text;
      const written = field(text);
      if (written === undefined) return needsQuotes(column);
      fields.push(written);
    }
    const line = fields.join(delimiter);
    return line === '' ? EMPTY_LINE : before + line;
  };
}

/** The fields as the other parts of a message see them. Records may have any, so no name is wrong beforehand. */
const MESSAGE_FIELDS: Fields<Members> = {
  text: (use, field) => (record) => {
    const at = record.names.indexOf(field);
    if (at < 0) return null;
    if (at !== record.names.lastIndexOf(field)) return duplicateFault(field);
    return jsonText(record.values[at], use, field);
  },
};
