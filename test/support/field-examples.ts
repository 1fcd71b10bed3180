import type { SchemaNode } from '../../src/job/schema/json-schema.js';

/** Stands for a name that the user chooses: of a column, of a field. */
export const ANY_NAME = '<name>';

/** An example of one field, as the schema and docs/job-file.md give it. */
export interface FieldExample {
  readonly path: readonly (string | number)[];
  /** The field as docs/job-file.md writes it: `source.columns.<name>.type`. */
  readonly field: string;
  /** Where the field belongs to one kind of source. */
  readonly sourceType?: string;
  readonly value: unknown;
}

/** Every field of the schema, with its examples; those of a field that stands for itself (`type: csv`) are its value. */
export function fieldExamples(root: SchemaNode): { field: string; examples: FieldExample[] }[] {
  const found: { field: string; examples: FieldExample[] }[] = [];
  const walk = (node: SchemaNode, path: readonly (string | number)[], sourceType?: string) => {
    for (const form of [...(node.oneOf ?? []), ...(node.anyOf ?? [])]) walk(form, path, sourceType);
    const type = String(node.properties?.type?.const ?? sourceType ?? '') || undefined;
    for (const [name, field] of Object.entries(node.properties ?? {})) {
      const here = [...path, name];
      const text = here.filter((part) => typeof part === 'string').join('.');
      const values = field.const === undefined ? (field.examples ?? []) : [field.const];
      // An object whose fields have examples of their own needs none.
      if (values.length > 0 || !hasFields(field)) {
        found.push({
          field: text,
          examples: values.map((value) => ({
            path: here,
            field: text,
            ...(type && { sourceType: type }),
            value,
          })),
        });
      }
      walk(field, here, type);
    }
    if (node.items) walk(node.items, [...path, 0], sourceType);
    if (node.additionalProperties) walk(node.additionalProperties, [...path, ANY_NAME], sourceType);
  };
  walk(root, []);
  return found;
}

function hasFields(node: SchemaNode): boolean {
  const inner = [...(node.oneOf ?? []), ...(node.anyOf ?? []), ...(node.items ? [node.items] : [])];
  return node.properties !== undefined || inner.some(hasFields);
}

/** The document with a value at a path; objects and lists on the way are made. */
export function withValueAt(document: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === 'number') {
    const list = Array.isArray(document) ? [...document] : [];
    list[first] = withValueAt(list[first], rest, value);
    return list;
  }
  const object = (document ?? {}) as Record<string, unknown>;
  return { ...object, [first]: withValueAt(object[first], rest, value) };
}
