import type { RecordFault } from '../../job/fault.js';
import type { ColumnType } from '../../job/schema/column.js';
import type { Job } from '../../job/schema/job.js';
import type { MaskRule } from '../../job/schema/transform.js';
import { declared, requiredFault, textReader, typeFault } from '../values/values.js';
import { compileFilter, type FILTERED, type Filter } from './filter.js';
import { type FilterValue, filterValueOfJson, filterValueOfText, notFilterable } from './filter-values.js';
import { masker } from './mask.js';
import { type ConstantValue, checkSteps, constantValue } from './transform.js';

export type Values = readonly (string | null)[];

/** A field of the message: a column of the source, or a constant. */
export interface Field {
  readonly name: string;
  readonly from: { readonly column: number; readonly type: ColumnType } | ConstantValue;
}

/** A record's values, one a column, after a step; or why the record goes no further. */
type Stepped = Values | RecordFault | typeof FILTERED;
type Step = (values: Values) => Stepped;

/** What the columns of a record become. */
export interface TextSteps {
  /** The fields of the message, in their order. */
  readonly fields: readonly Field[];
  /** Checks the values of a record, and gives those that `fields` are made of. */
  readonly run: Step;
}

/**
 * Compiles the transform for records of text columns: only what changes values or ends a record runs for each of them.
 * @throws Fault the user's, if a step names what is not there, or a filter can't be used
 */
export function textSteps(job: Job, columns: readonly string[]): TextSteps {
  checkSteps(columns, job.transform);
  const steps: Step[] = [columnCheck(job, columns)];
  let fields: readonly Field[] = columns.map((name, column) => ({
    name,
    from: { column, type: declared(job, name)?.type ?? 'string' },
  }));
  for (const [index, step] of job.transform.entries()) {
    if ('rename' in step) {
      const { rename } = step;
      fields = fields.map((field) =>
        Object.hasOwn(rename, field.name) ? { ...field, name: rename[field.name] } : field,
      );
    } else if ('drop' in step) {
      fields = fields.filter(({ name }) => !step.drop.includes(name));
    } else if ('constant' in step) {
      const added = Object.entries(step.constant).map(([name, value]) => ({
        name,
        from: constantValue(value),
      }));
      fields = [...fields, ...added];
    } else if ('mask' in step) {
      steps.push(maskColumns(fields, step.mask));
      fields = fields.map((field) => maskedField(field, step.mask));
    } else {
      steps.push(filterColumns(fields, step.filter, index + 1));
    }
  }
  return { fields, run: inOrder(steps) };
}

function inOrder(steps: readonly Step[]): Step {
  const [first, ...rest] = steps;
  if (rest.length === 0) return first;
  return (given) => {
    let values = first(given);
    for (const step of rest) {
      if (!isValues(values)) return values;
      values = step(values);
    }
    return values;
  };
}

export const isValues = (result: Stepped): result is Values => Array.isArray(result);

/** A dropped column is checked as well: its type says what a record must be, not what is sent of it. */
function columnCheck(job: Job, columns: readonly string[]): Step {
  const typed = columns.flatMap((name, column) => {
    const spec = declared(job, name);
    return spec ? [{ name, column, type: spec.type, required: spec.required, read: textReader(spec) }] : [];
  });
  return (given) => {
    let values = given;
    for (const spec of typed) {
      const text = given[spec.column];
      const read = text === null ? null : spec.read(text);
      if (read === undefined) return typeFault(spec.name, spec.type);
      // JSON has a null of its own.
      const value = read === 'null' && spec.type === 'json' ? null : read;
      if (value === null && spec.required) return requiredFault(spec.name);
      if (value === text) continue;
      values = values.with(spec.column, value);
    }
    return values;
  };
}

function maskColumns(fields: readonly Field[], rules: Readonly<Record<string, MaskRule>>): Step {
  const masks = fields.flatMap(({ name, from }) =>
    Object.hasOwn(rules, name) && 'column' in from
      ? [{ column: from.column, mask: masker(rules[name]) }]
      : [],
  );
  return (given) => {
    const values = [...given];
    for (const { column, mask } of masks) {
      const text = given[column];
      if (text !== null) values[column] = mask(text);
    }
    return values;
  };
}

function maskedField(field: Field, rules: Readonly<Record<string, MaskRule>>): Field {
  const { name, from } = field;
  if (!Object.hasOwn(rules, name)) return field;
  if ('column' in from) return { name, from: { column: from.column, type: 'string' } };
  return { name, from: constantValue(from.text === null ? null : masker(rules[name])(from.text)) };
}

function filterColumns(fields: readonly Field[], text: string, step: number): Step {
  const found = (name: string) => fields.find((field) => field.name === name)?.from;
  const filter: Filter = compileFilter({
    text,
    step,
    there: fields.map(({ name }) => name),
    typeOf: (name) => {
      const from = found(name);
      return from && 'column' in from ? from.type : undefined;
    },
  });
  const wanted = filter.names.flatMap((name) => {
    const from = found(name);
    return from ? [{ name, take: taker(from) }] : [];
  });
  return (values) => {
    const taken: FilterValue[] = [];
    for (const { name, take } of wanted) {
      const value = take(values);
      if (value === undefined) return notFilterable(name, step);
      taken.push(value);
    }
    return filter.test(taken) ?? values;
  };
}

function taker(from: Field['from']): (values: Values) => FilterValue | undefined {
  if ('json' in from) {
    const constant = filterValueOfJson(from.json);
    return () => constant;
  }
  const { column, type } = from;
  return (values) => {
    const text = values[column];
    return text === null ? null : filterValueOfText(type, text);
  };
}
