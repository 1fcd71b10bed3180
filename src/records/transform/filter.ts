import { Environment } from '@marcbachmann/cel-js';
import { type RecordFault, userFault } from '../../job/fault.js';
import {
  type Conversion,
  FILTER_LIMITS,
  parseFilter,
  problemText,
  RECORD,
} from '../../job/filter-expression.js';
import type { ColumnType } from '../../job/schema/column.js';
import { toDouble, toInt } from './filter-numbers.js';
import type { FilterValue } from './filter-values.js';
import { unknownField } from './transform.js';

/** Says that the job's filter leaves a record out. */
export const FILTERED = Symbol('filtered');

export interface Filter {
  /** The fields whose values it wants, each once. */
  readonly names: readonly string[];
  /** @param values one for each of `names`, in their order */
  test(values: readonly FilterValue[]): typeof FILTERED | RecordFault | undefined;
}

export interface FilterOptions {
  readonly text: string;
  /** Number of the step, from 1, for messages. */
  readonly step: number;
  /** The type of a field as far as it is known; values of others may be anything. */
  readonly typeOf: (name: string) => ColumnType | undefined;
  /** The fields there are at this step, where they are known beforehand. */
  readonly there?: readonly string[];
}

const CEL_TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'string',
  integer: 'int',
  decimal: 'double',
  boolean: 'bool',
  timestamp: 'google.protobuf.Timestamp',
  json: 'dyn',
};

/**
 * Makes a filter ready to run.
 * @throws Fault the user's, if it names a field that is not there, mixes types, or does not give true or false
 */
export function compileFilter({ text, step, typeOf, there }: FilterOptions): Filter {
  const expression = parseFilter(text);
  if (typeof expression === 'string') throw new TypeError(`a filter that was not validated: ${expression}`);
  const { variables, members, conversions } = expression;
  const names = [...new Set([...variables, ...members])];
  const stranger = there && names.find((name) => !there.includes(name));
  if (there && stranger !== undefined)
    throw unknownField(`the filter of transform step ${step}`, stranger, there);
  checkTypes(text, step, variables, typeOf);
  const run = runEnvironment(variables).parse(strictConversions(text, conversions));
  requireBool(run.check(), step);
  return { names, test: tester(run, step, names) };
}

function tester(
  run: (context: Map<string, unknown>) => unknown,
  step: number,
  names: readonly string[],
): Filter['test'] {
  // The same two maps for every record: nothing of them is kept.
  const record = new Map<string, FilterValue>();
  const context = new Map<string, unknown>();
  return (values) => {
    for (const [index, name] of names.entries()) {
      record.set(name, values[index]);
      context.set(name, values[index]);
    }
    context.set(RECORD, record);
    let result: unknown;
    try {
      result = run(context);
    } catch {
      // What the library says may hold values.
      return failure(step, names, values);
    }
    if (result === true) return undefined;
    return result === false ? FILTERED : failure(step, names, values);
  };
}

function failure(step: number, names: readonly string[], values: readonly FilterValue[]): RecordFault {
  const empty = names.find((_, index) => values[index] === null);
  const hint =
    empty === undefined
      ? 'its fields are not of the types that it takes them for'
      : `${JSON.stringify(empty)} has no value: ${variableText(empty)} != null && … keeps such a record out`;
  return {
    code: 'filter_failed',
    message: `the filter of transform step ${step} gives neither true nor false; ${hint}`,
  };
}

const variableText = (name: string) =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `${RECORD}[${JSON.stringify(name)}]`;

/**
 * Any value may be null, so that filters run on values of type `dyn`. Their types as the job declares them are looked at once,
 * beforehand, by an environment that lets them be compared with null.
 */
function checkTypes(
  text: string,
  step: number,
  variables: readonly string[],
  typeOf: (name: string) => ColumnType | undefined,
): void {
  const environment = environmentOf(variables, (name) => CEL_TYPES[typeOf(name) ?? 'json']);
  const never = () => false;
  for (const type of new Set(Object.values(CEL_TYPES))) {
    if (type !== 'dyn') environment.registerOperator(`${type} == null`, never);
  }
  environment.registerOperator('int == double', never);
  requireBool(environment.check(text), step);
}

/** The library lets nobody replace its own `int` and `double`; a filter calls them by names that no job can use. */
const STRICT = { int: 'strictInt', double: 'strictDouble' } as const;

function runEnvironment(variables: readonly string[]): Environment {
  return environmentOf(variables, () => 'dyn')
    .registerFunction(`${STRICT.int}(dyn): int`, toInt, { async: false })
    .registerFunction(`${STRICT.double}(dyn): double`, toDouble, { async: false });
}

function strictConversions(text: string, conversions: readonly Conversion[]): string {
  return conversions
    .toSorted((a, b) => b.start - a.start)
    .reduce(
      (made, { name, start }) => made.slice(0, start) + STRICT[name] + made.slice(start + name.length),
      text,
    );
}

function environmentOf(variables: readonly string[], typeOf: (name: string) => string): Environment {
  const environment = new Environment({ limits: FILTER_LIMITS, homogeneousAggregateLiterals: false });
  environment.registerVariable(RECORD, 'map<string, dyn>');
  for (const name of variables) environment.registerVariable(name, typeOf(name));
  return environment;
}

function requireBool({ valid, type, error }: ReturnType<Environment['check']>, step: number): void {
  if (valid && (type === 'bool' || type === 'dyn')) return;
  throw userFault(
    'bad_filter',
    `The filter of transform step ${step} can not be used: ` +
      (error ? problemText(error) : `it gives a value of type ${type}, not true or false`),
    'Correct the expression, or declare the types of its columns in source.columns: without one a column of a text file is a ' +
      'string. docs/filter.md tells the language.',
  );
}
