import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { checkCall, isMacro, refuse } from './filter-calls.js';

/** Bounds what a filter may cost; far more than anybody writes. */
export const FILTER_LIMITS = {
  maxAstNodes: 1000,
  maxDepth: 32,
  maxListElements: 1000,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

/** The variable that holds all fields, for names that are no identifiers: `record["order-id"]`. */
export const RECORD = 'record';

/** What a filter asks of a record. */
export interface FilterExpression {
  /** Fields that it names as variables. */
  readonly variables: readonly string[];
  /** Fields that it takes out of `record`. */
  readonly members: readonly string[];
}

interface Names {
  readonly variables: Set<string>;
  readonly members: Set<string>;
}

const environment = new Environment({ limits: FILTER_LIMITS });

/**
 * Reads a filter without knowing the fields there are.
 * @returns what it names, or what is wrong with it
 */
export function parseFilter(text: string): FilterExpression | string {
  const names: Names = { variables: new Set(), members: new Set() };
  try {
    visit(environment.parse(text).ast, [], names);
  } catch (error) {
    if (error instanceof ParseError) return problemText(error);
    throw error;
  }
  return { variables: [...names.variables], members: [...names.members] };
}

/** What the library says of a mistake in an expression, in one line. */
export function problemText({ summary, range }: Pick<ParseError, 'summary' | 'range'>): string {
  const line = summary.replaceAll(/\s+/g, ' ');
  return range ? `${line} (at character ${range.start + 1})` : line;
}

/** @param bound the variables of the macros around */
function visit(node: ASTNode, bound: readonly string[], names: Names): void {
  if (node.op === 'value') return;
  if (node.op === 'id') {
    visitName(node, node.args, bound, names);
  } else if (node.op === '.' || node.op === '.?' || node.op === '[]' || node.op === '[?]') {
    visitAccess(node, node.args[0], node.args[1], bound, names);
  } else if (node.op === 'call') {
    const [name, args] = node.args;
    checkCall(node, name, args);
    if (name === 'has') checkHas(node, args[0]);
    visitAll(args, bound, names);
  } else if (node.op === 'rcall') {
    const [name, receiver, args] = node.args;
    checkCall(node, name, args);
    const variable = isMacro(name) && args[0]?.op === 'id' ? [args[0].args] : [];
    visit(receiver, bound, names);
    visitAll(args.slice(variable.length), [...bound, ...variable], names);
  } else if (node.op === 'map') {
    visitAll(node.args.flat(), bound, names);
  } else {
    visitAll(Array.isArray(node.args) ? node.args : [node.args], bound, names);
  }
}

function visitAll(nodes: readonly ASTNode[], bound: readonly string[], names: Names): void {
  for (const node of nodes) visit(node, bound, names);
}

function visitName(node: ASTNode, name: string, bound: readonly string[], { variables }: Names): void {
  if (bound.includes(name)) return;
  if (name === RECORD) refuse(node, `${RECORD} is used as ${RECORD}["name"] or ${RECORD}.name only`);
  // Such as int and type.
  if (environment.hasVariable(name)) {
    refuse(node, `CEL keeps the name ${name} for itself; a field of that name is ${RECORD}["${name}"]`);
  }
  variables.add(name);
}

function visitAccess(
  node: ASTNode,
  of: ASTNode,
  key: ASTNode | string,
  bound: readonly string[],
  names: Names,
): void {
  if (!isRecord(of) || bound.includes(RECORD)) {
    visit(of, bound, names);
    if (typeof key !== 'string') visit(key, bound, names);
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
