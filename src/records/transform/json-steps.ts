import type { RecordFault } from '../../job/fault.js';
import type { ColumnType } from '../../job/schema/column.js';
import type { Job } from '../../job/schema/job.js';
import type { MaskRule, TransformStep } from '../../job/schema/transform.js';
import type { Members } from '../json-members.js';
import { stringText } from '../json-text.js';
import { jsonReader, requiredFault, typeFault } from '../values/values.js';
import { compileFilter, type FILTERED } from './filter.js';
import { type FilterValue, filterValueOfJson, notFilterable } from './filter-values.js';
import { masker } from './mask.js';
import { constants, nameAfter, repeated } from './transform.js';

/** A record after a step, the very same object if nothing changed; or why it goes no further. */
type Step = (record: Members) => Members | RecordFault | typeof FILTERED;

/**
 * Compiles checks and transform for records that are JSON objects.
 * @throws Fault the user's, if a filter can't be used
 */
export function jsonSteps(job: Job): Step {
  const steps: Step[] = [memberCheck(job)];
  let types: Types = new Map(Object.entries(job.source.columns).map(([name, { type }]) => [name, type]));
  let reshaping: TransformStep[] = [];
  const reshape = () => {
    if (reshaping.length > 0) steps.push(changeMembers(reshaping));
    reshaping = [];
  };
  for (const [index, step] of job.transform.entries()) {
    if ('mask' in step) {
      reshape();
      steps.push(maskMembers(step.mask));
    } else if ('filter' in step) {
      reshape();
      steps.push(filterMembers(types, step.filter, index + 1));
    } else {
      reshaping.push(step);
    }
    types = typesAfter(types, step);
  }
  reshape();
  return (given) => {
    let record = given;
    for (const step of steps) {
      const next = step(record);
      if (!isMembers(next)) return next;
      record = next;
    }
    return record;
  };
}

export const isMembers = (result: ReturnType<Step>): result is Members =>
  typeof result === 'object' && 'names' in result;

export function duplicateFault(name: string): RecordFault {
  return { code: 'duplicate_field', message: `${JSON.stringify(name)} stands in the record twice` };
}

/** What is known of the types of fields; undefined where a field may be anything. */
type Types = ReadonlyMap<string, ColumnType | undefined>;

/** The types of fields after a step. A name that may come from several fields has a type only if all of them have that one. */
function typesAfter(types: Types, step: TransformStep): Types {
  if ('mask' in step)
    return new Map([...types, ...Object.keys(step.mask).map((name) => [name, 'string'] as const)]);
  if ('constant' in step)
    return new Map([...types, ...Object.keys(step.constant).map((name) => [name, undefined] as const)]);
  const after = new Map<string, ColumnType | undefined>();
  for (const given of new Set([...types.keys(), ...('rename' in step ? Object.keys(step.rename) : [])])) {
    const name = nameAfter(given, [step]);
    if (name === undefined) continue;
    const type = types.get(given);
    after.set(name, after.has(name) && after.get(name) !== type ? undefined : type);
  }
  return after;
}

function memberCheck({ source }: Job): Step {
  const columns = Object.entries(source.columns).map(([name, spec]) => ({
    name,
    type: spec.type,
    required: spec.required,
    read: jsonReader(spec),
  }));
  return (record) => {
    const { names } = record;
    let { values } = record;
    for (const { name, type, required, read } of columns) {
      const at = names.indexOf(name);
      if (at !== names.lastIndexOf(name)) return duplicateFault(name);
      const json = at < 0 ? 'null' : values[at];
      if (json === 'null') {
        if (required) return requiredFault(name);
        continue;
      }
      const value = read(json);
      if (value === json) continue;
      if (value === undefined) return typeFault(name, type);
      values = values.with(at, value);
    }
    return values === record.values ? record : { names, values };
  };
}

/** Members left out, renamed, or added; values as they stood. */
function changeMembers(steps: readonly TransformStep[]): Step {
  const added = constants(steps);
  const known = new Map<string, string | undefined>();
  const finalName = (name: string) => {
    if (known.has(name)) return known.get(name);
    const final = nameAfter(name, steps);
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
    const twice = repeated(names);
    return twice === undefined ? { names, values } : duplicateFault(twice);
  };
}

/** A field that a record lacks is left alone. */
function maskMembers(rules: Readonly<Record<string, MaskRule>>): Step {
  const masks = Object.entries(rules).map(([name, rule]) => ({ name, mask: masker(rule) }));
  return (record) => {
    const { names } = record;
    let { values } = record;
    for (const { name, mask } of masks) {
      const at = names.indexOf(name);
      if (at !== names.lastIndexOf(name)) return duplicateFault(name);
      const text = at < 0 ? null : stringText(values[at], name);
      if (text !== null && typeof text === 'object') return text;
      if (text !== null) values = values.with(at, JSON.stringify(mask(text)));
    }
    return values === record.values ? record : { names, values };
  };
}

function filterMembers(types: Types, text: string, step: number): Step {
  const filter = compileFilter({ text, step, typeOf: (name) => types.get(name) });
  const wanted = filter.names.map((name) => ({ name, type: types.get(name) }));
  return (record) => {
    const { names, values } = record;
    const taken: FilterValue[] = [];
    for (const { name, type } of wanted) {
      const at = names.indexOf(name);
      if (at !== names.lastIndexOf(name)) return duplicateFault(name);
      const value = at < 0 ? null : filterValueOfJson(values[at], type);
      if (value === undefined) return notFilterable(name, step);
      taken.push(value);
    }
    return filter.test(taken) ?? record;
  };
}
