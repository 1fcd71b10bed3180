import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { checkCall, isGiven, isMacro, refuse } from './filter-calls.js';

/** Bounds what a filter may cost; far more than anybody writes. */
export const FILTER_LIMITS = {
  maxAstNodes: 1000,
  maxDepth: 32,
  maxListElements: 1000,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

/** Signs of negation in a filter. */
const MAX_SIGNS = 5000;

/** The variable that holds all fields, for names that are no identifiers: `record["order-id"]`. */
export const RECORD = 'record';

/** What a filter asks of a record. */
export interface FilterExpression {
  /** Fields that it names as variables. */
  readonly variables: readonly string[];
  /** Fields that it takes out of `record`. */
  readonly members: readonly string[];
  /** Where it calls `int` and `double`, which must not take just any text for a number. */
  readonly conversions: readonly Conversion[];
}

/** A call of `int` or `double`. */
export interface Conversion {
  readonly name: 'int' | 'double';
  /** Where the name stands in the expression. */
  readonly start: number;
}

interface Names {
  readonly variables: Set<string>;
  readonly members: Set<string>;
  readonly conversions: Conversion[];
}

/** What is around a part of an expression. */
interface Around {
  /** The variables of macros. */
  readonly bound: readonly string[];
  /** The macro that it stands in. */
  readonly macro?: string;
}

const environment = new Environment({ limits: FILTER_LIMITS });

/**
 * Reads a filter without knowing the fields there are.
 * @returns what it names, or what is wrong with it
 */
export function parseFilter(text: string): FilterExpression | string {
  // The library follows them by recursion, before it counts what its limits count.
  if ((text.match(/[!-]/g)?.length ?? 0) > MAX_SIGNS) return `at most ${MAX_SIGNS} of "!" and "-"`;
  const names: Names = { variables: new Set(), members: new Set(), conversions: [] };
  try {
    visit(environment.parse(text).ast, { bound: [] }, names);
  } catch (error) {
    if (error instanceof ParseError) return problemText(error);
    throw error;
  }
  const { variables, members, conversions } = names;
  return { variables: [...variables], members: [...members], conversions };
}

/** What the library says of a mistake in an expression, in one line. */
export function problemText({ summary, range }: Pick<ParseError, 'summary' | 'range'>): string {
  const line = summary.replaceAll(/\s+/g, ' ');
  return range ? `${line} (at character ${range.start + 1})` : line;
}

function visit(node: ASTNode, around: Around, names: Names): void {
  if (node.op === 'value') return;
  if (node.op === 'id') {
    visitName(node, node.args, around, names);
  } else if (node.op === '.' || node.op === '.?' || node.op === '[]' || node.op === '[?]') {
    visitAccess(node, node.args[0], node.args[1], around, names);
  } else if (node.op === 'call') {
    const [name, args] = node.args;
    checkCall(node, name, args);
    if (name === 'has') checkHas(node, args[0]);
    if (name === 'int' || name === 'double') names.conversions.push({ name, start: node.range.start });
    visitAll(args, around, names);
  } else if (node.op === 'rcall') {
    const [name, receiver, args] = node.args;
    checkCall(node, name, args);
    if (isMacro(name)) {
      visitMacro(node, name, receiver, args, around, names);
    } else {
      visitAll([receiver, ...args], around, names);
    }
  } else if (node.op === 'map') {
    visitAll(node.args.flat(), around, names);
  } else {
    visitAll(Array.isArray(node.args) ? node.args : [node.args], around, names);
  }
}

function visitAll(nodes: readonly ASTNode[], around: Around, names: Names): void {
  for (const node of nodes) visit(node, around, names);
}

/** Macros within macros would multiply what a filter costs until it never ends. */
function visitMacro(
  node: ASTNode,
  name: string,
  receiver: ASTNode,
  args: readonly ASTNode[],
  { bound, macro }: Around,
  names: Names,
): void {
  if (macro !== undefined)
    refuse(node, `${name} can not stand within ${macro}: a filter goes through one list at a time`);
  if (!isGiven(receiver)) {
    refuse(
      node,
      `${name} goes through a list that stands in the record or the filter, not through one that is made`,
    );
  }
  const variable = args[0]?.op === 'id' ? [args[0].args] : [];
  const around = { bound: [...bound, ...variable], macro: name };
  visit(receiver, { bound, macro: name }, names);
  visitAll(args.slice(variable.length), around, names);
}

function visitName(node: ASTNode, name: string, { bound }: Around, { variables }: Names): void {
  if (bound.includes(name)) return;
  if (name === RECORD) refuse(node, `${RECORD} is used as ${RECORD}["name"] or ${RECORD}.name only`);
  // Such as int and type.
  if (environment.hasVariable(name)) {
    refuse(node, `CEL keeps the name ${name} for itself; a field of that name is ${RECORD}["${name}"]`);
  }
  variables.add(name);
}

function visitAccess(node: ASTNode, of: ASTNode, key: ASTNode | string, around: Around, names: Names): void {
  if (!isRecord(of) || around.bound.includes(RECORD)) {
    visit(of, around, names);
    if (typeof key !== 'string') visit(key, around, names);
    return;
  }
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined;
  if (typeof name !== 'string') refuse(node, `${RECORD}[…] takes the name of a field in quotes`);
  names.members.add(name);
}

const isRecord = (node: ASTNode) => node.op === 'id' && node.args === RECORD;

/** The fields that a filter names are all there, so that the answer would always be yes. */
function checkHas(node: ASTNode, argument: ASTNode): void {
  if (argument.op !== '.' || !isRecord(argument.args[0])) return;
  const field = `${RECORD}.${argument.args[1]}`;
  refuse(node, `a field that a record lacks is null: write ${field} != null instead of has(${field})`);
}
