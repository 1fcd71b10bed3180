import type { ColumnType } from '../job/column-schema.js';
import { type RecordFault, userFault } from '../job/fault.js';
import type { Job } from '../job/schema.js';
import type { TextBatch } from '../sources/source.js';
import type { Converted } from './converted.js';
import { csvField } from './csv-line.js';
import { KEY_SEPARATOR, keyFault, keyPart } from './key.js';
import { type Field, isValues, textSteps, type Values } from './text-steps.js';
import { unknownField } from './transform.js';
import { jsonOfText } from './values.js';

/**
 * The converter for records of text columns.
 * @throws Fault the user's, if transform or keyFields name what is not there, or a filter can't be used
 */
export function textConverter(
  job: Job,
  columns: readonly string[],
): (batch: TextBatch, i: number) => Converted {
  const { fields, run } = textSteps(job, columns);
  const body = job.sink.format === 'json' ? jsonBody(fields) : csvBody(fields);
  const key = job.sink.keyFields && keyOf(job.sink.keyFields, fields);
  const requireSame = sameColumns(columns);
  return (batch, i) => {
    requireSame(batch.columns);
    const values = run(batch.values(i));
    if (!isValues(values)) return values;
    const id = batch.id(i);
    if (!key) return { id, body: body(values) };
    const made = key(values);
    return typeof made === 'string' ? { id, key: made, body: body(values) } : made;
  };
}

/** Values are told apart by their place alone, so the columns must be the ones that were validated. */
function sameColumns(columns: readonly string[]): (now: readonly string[]) => void {
  let seen = columns;
  return (now) => {
    if (now === seen) return;
    if (now.length !== columns.length || now.some((name, i) => name !== columns[i])) {
      throw userFault(
        'input_changed',
        `The columns are ${now.join(', ')}, but were ${columns.join(', ')} when the job was validated.`,
        'Start the job again, and leave its input alone while it runs.',
      );
    }
    seen = now;
  };
}

function jsonBody(fields: readonly Field[]): (values: Values) => string {
  // Everything that is the same in every record is put together once: `,"name":`, and constants with it.
  const parts: { before: string; column: number; type: ColumnType }[] = [];
  let before = '{';
  for (const [index, { name, from }] of fields.entries()) {
    before += `${index === 0 ? '' : ','}${JSON.stringify(name)}:`;
    if ('column' in from) {
      parts.push({ before, column: from.column, type: from.type });
      before = '';
    } else {
      before += from.json;
    }
  }
  const after = `${before}}`;
  return (values) => {
    let body = '';
    for (const { before, column, type } of parts) {
      const value = values[column];
      body += before + (value === null ? 'null' : jsonOfText(type, value));
    }
    return body + after;
  };
}

function csvBody(fields: readonly Field[]): (values: Values) => string {
  return (values) => {
    let body = '';
    for (const [index, { from }] of fields.entries()) {
      if (index > 0) body += ',';
      body += csvField('column' in from ? values[from.column] : from.text);
    }
    return body;
  };
}

function keyOf(
  keyFields: readonly string[],
  fields: readonly Field[],
): (values: Values) => string | RecordFault {
  const names = fields.map(({ name }) => name);
  const parts = keyFields.map((field) => {
    const found = fields.find(({ name }) => name === field);
    if (!found) throw unknownField('sink.keyFields', field, names);
    return { field, from: found.from };
  });
  return (values) => {
    let key = '';
    for (const [index, { field, from }] of parts.entries()) {
      const value = 'column' in from ? values[from.column] : from.text;
      if (value === null || value === '') return keyFault(field);
      key += (index === 0 ? '' : KEY_SEPARATOR) + keyPart(value);
    }
    return key;
  };
}
