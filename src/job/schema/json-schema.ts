import { type Path, valueAt } from '../json-path.js';
import { jobJsonSchema } from './job.js';

/** The parts of a JSON Schema that are read here. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | false;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
}

let root: SchemaNode | undefined;

/** What the schema says about a path of a document; several nodes where a field has several forms. */
export function schemaAt(document: unknown, path: Path): readonly SchemaNode[] {
  root ??= jobJsonSchema() as SchemaNode;
  let nodes = forms(root, document);
  let value = document;
  for (const part of path) {
    value = valueAt(value, [part]);
    nodes = nodes.flatMap((node) => child(node, part)).flatMap((node) => forms(node, value));
  }
  return nodes;
}

/** Names of the fields that may stand in an object of one of these forms. */
export function fieldNames(nodes: readonly SchemaNode[]): string[] {
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function child(node: SchemaNode, part: string | number): readonly SchemaNode[] {
  if (typeof part === 'number') return node.items ? [node.items] : [];
  if (node.properties && Object.hasOwn(node.properties, part)) return [node.properties[part]];
  return node.additionalProperties ? [node.additionalProperties] : [];
}

/** The forms a field can have; of those told apart by `type`, only the one that the value names. */
function forms(node: SchemaNode, value: unknown): readonly SchemaNode[] {
  const all = node.oneOf ?? node.anyOf;
  if (!all) return [node];
  const type = valueAt(value, ['type']);
  const named = all.filter((form) => form.properties?.type?.const === type);
  return (type !== undefined && named.length > 0 ? named : all).flatMap((form) => forms(form, value));
}

/** What may stand there, for a person: `a whole number from 1 to 256`. */
export function expectedText(nodes: readonly SchemaNode[]): string {
  return [...new Set(nodes.map(oneExpected))].join(' or ');
}

function oneExpected(node: SchemaNode): string {
  if (node.enum) return `one of ${node.enum.join(', ')}`;
  if (node.const !== undefined) return String(node.const);
  switch (node.type) {
    case 'string':
      return node.minLength ? 'a text that is not empty' : 'a text';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'array':
      return `a list${node.items ? ` (each entry ${expectedText([node.items])})` : ''}`;
    case 'object':
      return node.properties
        ? `an object with ${Object.keys(node.properties).join(', ')}`
        : 'an object of names with values';
    default:
      return asPhrase(node.description ?? 'another value');
  }
}

function range({ minimum, maximum }: SchemaNode): string {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum !== undefined && bounded) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, ${minimum} or more`;
  return bounded ? `, at most ${maximum}` : '';
}

/** A sentence of the schema, as a part of another one. */
export function asPhrase(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '');
}
