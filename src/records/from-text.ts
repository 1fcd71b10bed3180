import { type RecordFault, userFault } from '../job/fault.js';
import type { ColumnType } from '../job/schema/column.js';
import type { Job } from '../job/schema/job.js';
import type { TextBatch } from '../sources/source.js';
import type { Converted } from './converted.js';
import { csvWriter, EMPTY_LINE, needsQuotes } from './message/csv-body.js';
import { messageMaker } from './message/message-maker.js';
import { type Fields, jsonText } from './message/template-text.js';
import { type Field, isValues, textSteps, type Values } from './transform/text-steps.js';
import { unknownField } from './transform/transform.js';
import { jsonOfText } from './values/values.js';

/**
 * The converter for records of text columns.
 * @throws Fault the user's, if transform or sink name what is not there, or a filter can't be used
 */
export function textConverter(
  job: Job,
  columns: readonly string[],
): (batch: TextBatch, i: number) => Converted {
  const { fields, run } = textSteps(job, columns);
  const body = job.sink.format === 'json' ? jsonBody(fields) : csvBody(job, fields);
  const make = messageMaker(job, messageFields(fields));
  const requireSame = sameColumns(columns);
  return (batch, i) => {
    requireSame(batch.columns);
    const values = run(batch.values(i));
    if (!isValues(values)) return values;
    const made = body(values);
    return typeof made === 'string' ? make(batch.id(i), made, values) : made;
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

function csvBody({ sink }: Job, fields: readonly Field[]): (values: Values) => string | RecordFault {
  const { field, delimiter, header } = csvWriter(
    sink,
    fields.map(({ name }) => name),
  );
  // Records that share a message share its header as well.
  const before = sink.recordsPerMessage === undefined ? header : '';
  return (values) => {
    let line = '';
    for (const [index, { name, from }] of fields.entries()) {
      const text = field('column' in from ? values[from.column] : from.text);
      if (text === undefined) return needsQuotes(name);
      line += index === 0 ? text : delimiter + text;
    }
    return line === '' ? EMPTY_LINE : before + line;
  };
}

/** The fields as the other parts of a message see them. */
function messageFields(fields: readonly Field[]): Fields<Values> {
  const names = fields.map(({ name }) => name);
  return {
    text(use, field) {
      const found = fields.find(({ name }) => name === field);
      if (!found) throw unknownField(use.where, field, names);
      const { from } = found;
      if (!('column' in from)) return () => from.text;
      const { column, type } = from;
      if (type !== 'json') return (values) => values[column];
      return (values) => {
        const json = values[column];
        return json === null ? null : jsonText(json, use, field);
      };
    },
  };
}
