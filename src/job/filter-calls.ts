import { type ASTNode, ParseError } from '@marcbachmann/cel-js';

const MACROS = ['all', 'exists', 'exists_one', 'map', 'filter'];
const GETTERS = [
  ...['getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek'],
  ...['getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'],
];

/**
 * The library's functions that a filter may call. Not among them are `matches`, since a regular expression may take for ever,
 * and what depends on the time zone of the machine: `getDayOfYear`, and the getters with a zone.
 */
const FUNCTIONS = [
  ...['has', 'size', 'string', 'int', 'double', 'bool', 'dyn', 'timestamp', 'duration'],
  ...['startsWith', 'endsWith', 'contains', 'indexOf', 'lastIndexOf', 'substring', 'split', 'join'],
  ...['trim', 'lowerAscii', 'upperAscii', ...MACROS, ...GETTERS],
];

/** Whether a function binds its first argument as a variable of the others. */
export const isMacro = (name: string): boolean => MACROS.includes(name);

/** Whether a list is no longer than it stands in the record, or in the expression. */
export const isGiven = (node: ASTNode): boolean => node.op === 'list' || isPath(node);

function isPath(node: ASTNode): boolean {
  return node.op === 'id' || ((node.op === '.' || node.op === '[]') && isPath(node.args[0]));
}

/** @throws {ParseError} if a filter may not call a function, or not with these arguments */
export function checkCall(node: ASTNode, name: string, args: readonly ASTNode[]): void {
  if (!FUNCTIONS.includes(name))
    refuse(node, `there is no function ${name} here, but ${FUNCTIONS.join(', ')}`);
  if (GETTERS.includes(name) && args.length > 0) {
    refuse(node, `${name} takes no time zone here and counts in UTC; add a duration to the timestamp before`);
  }
  // Of other texts the library would take some that are no date, or a time of the machine's zone.
  if (name === 'timestamp' && !isLiteral(args, isInstant)) {
    refuse(
      node,
      'timestamp takes a text such as "2026-01-02T03:04:05+08:00" here; declare a column as timestamp',
    );
  }
  if (name === 'join' && args.length > 0 && !isLiteral(args, () => true)) {
    refuse(node, 'join takes a text in quotes here');
  }
  if (name === 'duration' && !isLiteral(args, isDuration)) {
    refuse(node, 'duration takes a text such as "1h30m" here');
  }
}

/** @throws {ParseError} always */
export function refuse(node: ASTNode, message: string): never {
  throw new ParseError({ code: 'refused', message, node });
}

function isLiteral([argument]: readonly ASTNode[], fits: (text: string) => boolean): boolean {
  return argument?.op === 'value' && typeof argument.args === 'string' && fits(argument.args);
}

function isInstant(text: string): boolean {
  const found = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9:]{8}(?:\.[0-9]{1,3})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/.exec(
    text,
  );
  if (!found || Number.isNaN(Date.parse(text))) return false;
  // What the 30th of February is taken for is another day.
  return new Date(`${found[1]}T00:00:00Z`).toISOString().startsWith(found[1]);
}

function isDuration(text: string): boolean {
  return /^-?(?:[0-9]{1,9}(?:\.[0-9]{1,3})?(?:h|m|s|ms))+$/.test(text);
}
