import { type Fault, userFault } from '../../job/fault.js';
import type { TransformStep } from '../../job/schema/transform.js';

/** A field that the transform adds, its value as JSON. */
export interface Constant extends ConstantValue {
  readonly name: string;
}

/** A value that is the same in every record. */
export interface ConstantValue {
  readonly json: string;
  /** Its value as text, for CSV bodies and keys. */
  readonly text: string | null;
}

export function constantValue(value: string | number | boolean | null): ConstantValue {
  return { json: JSON.stringify(value), text: value === null ? null : String(value) };
}

/** The name a field has after the steps from `from` on, or undefined if it is dropped on the way. */
export function nameAfter(name: string, steps: readonly TransformStep[], from = 0): string | undefined {
  let current = name;
  for (const step of steps.slice(from)) {
    if ('rename' in step) {
      if (Object.hasOwn(step.rename, current)) current = step.rename[current];
    } else if ('drop' in step && step.drop.includes(current)) {
      return undefined;
    }
  }
  return current;
}

/** Whether a field of the message is what a mask has made. */
export function isMasked(name: string, steps: readonly TransformStep[]): boolean {
  return steps.some(
    (step, at) =>
      'mask' in step && Object.keys(step.mask).some((given) => nameAfter(given, steps, at + 1) === name),
  );
}

/** A name that stands in a list a second time. */
export function repeated(names: readonly string[]): string | undefined {
  // Most records have a few fields, which are compared faster than put into a set.
  if (names.length <= 16) return names.find((name, index) => names.indexOf(name) !== index);
  if (new Set(names).size === names.length) return undefined;
  const seen = new Set<string>();
  return names.find((name) => seen.has(name) || !seen.add(name));
}

/** The constants that reach the message, under the names they have at the end. */
export function constants(steps: readonly TransformStep[]): Constant[] {
  return steps.flatMap((step, at) => {
    if (!('constant' in step)) return [];
    return Object.entries(step.constant).flatMap(([given, value]) => {
      const name = nameAfter(given, steps, at + 1);
      return name === undefined ? [] : [{ name, ...constantValue(value) }];
    });
  });
}

/**
 * Goes through the steps with the names there are, where they are known beforehand.
 * @throws Fault the user's, if a step names a field that is not there then, or makes two of one name
 */
export function checkSteps(names: readonly string[], steps: readonly TransformStep[]): void {
  let there = [...names];
  for (const [index, step] of steps.entries()) {
    const at = `transform step ${index + 1}`;
    for (const name of namedBy(step)) if (!there.includes(name)) throw unknownField(at, name, there);
    if ('rename' in step)
      there = there.map((name) => (Object.hasOwn(step.rename, name) ? step.rename[name] : name));
    else if ('drop' in step) there = there.filter((name) => !step.drop.includes(name));
    else if ('constant' in step) there.push(...Object.keys(step.constant));
    const twice = repeated(there);
    if (twice !== undefined) {
      throw userFault(
        'duplicate_field',
        `${at} makes a second field "${twice}".`,
        'Drop or rename the first one before.',
      );
    }
  }
  if (there.length === 0) {
    throw userFault('no_fields', 'transform drops every field.', 'Keep one field at least.');
  }
}

/** The fields that a step changes; a filter's are checked where it is compiled. */
function namedBy(step: TransformStep): readonly string[] {
  if ('rename' in step) return Object.keys(step.rename);
  if ('mask' in step) return Object.keys(step.mask);
  return 'drop' in step ? step.drop : [];
}

export function unknownField(where: string, name: string, there: readonly string[]): Fault {
  return userFault(
    'unknown_field',
    `${where} names "${name}", which is not there.`,
    `Use one of the fields there are: ${there.slice(0, 50).join(', ')}.`,
  );
}
