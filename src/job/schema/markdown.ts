import { stringify } from 'yaml';
import { jobJsonSchema } from './job.js';
import type { SchemaNode } from './json-schema.js';

/** docs/job-file.md: every field of a job file with its type, default and meaning, told from the schema. */
export function jobFileMarkdown(): string {
  const root = jobJsonSchema() as SchemaNode;
  const tables: Tables = new Map();
  addTables(tables, { title: 'The whole file', path: '', shape: root, needed: 'required' });
  return INTRODUCTION + [...tables].map(([title, rows]) => `\n## ${title}\n\n${tableText(rows)}`).join('');
}

/** The rows of each table by its title, and those by the field. */
type Tables = Map<string, Map<string, readonly string[]>>;

const HEAD = ['Field', 'Type', 'Default', 'Meaning', 'Example'];

/** With its columns lined up, as the formatter wants it. */
function tableText(rows: ReadonlyMap<string, readonly string[]>): string {
  const cells = [...rows.values()];
  const widths = HEAD.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i].length)));
  const line = (row: readonly string[], fill = ' ') =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i], fill)).join(' | ')} |\n`;
  return [
    line(HEAD),
    line(
      HEAD.map(() => ''),
      '-',
    ),
    ...cells.map((row) => line(row)),
  ].join('');
}

const INTRODUCTION = `# Job files

A job file is YAML or JSON. Relative paths start at the folder it lies in. Unknown fields are errors, as are fields
listed twice. This page is made from the schema: \`rocketlift schema --markdown\` prints it, \`rocketlift schema\` prints
the JSON Schema itself. Editors complete fields once it is saved as a file and named in the first line of the job:

\`\`\`yaml
# yaml-language-server: $schema=./rocketlift.schema.json
name: orders
source:
  type: csv
  path: data/orders-*.csv
  columns:
    id: integer
    amount: decimal
sink:
  endpoints: 127.0.0.1:8081
  topic: orders
  keyFields: [id]
\`\`\`

Sizes are whole numbers of bytes, or a number with a unit: \`512 B\`, \`64 KiB\`, \`1 MiB\`, \`2 GiB\` (1024), \`1 MB\` (1000).
Durations are whole numbers of milliseconds, or a number with a unit: \`500ms\`, \`30s\`, \`5m\`, \`24h\`, \`7d\`.
`;

/** One form of an object that has fields. */
interface Shape {
  readonly title: string;
  readonly path: string;
  readonly shape: SchemaNode;
  /** What stands for the default of a field that must be there. */
  readonly needed: string;
}

/** A table for the object and those inside it; forms with the same title share one. */
function addTables(tables: Tables, { title, path, shape, needed }: Shape): void {
  const rows = tables.get(title) ?? new Map<string, readonly string[]>();
  tables.set(title, rows);
  for (const [name, field] of Object.entries(shape.properties ?? {})) {
    const here = path === '' ? name : `${path}.${name}`;
    const ifAbsent = shape.required?.includes(name) ? needed : defaultText(field);
    const meaning = field.description ?? '';
    const cells = [`\`${here}\``, typeText(field), ifAbsent, meaning, exampleText(name, field)];
    rows.set(
      here,
      cells.map((cell) => cell.replaceAll('|', '\\|')),
    );
  }
  for (const [name, field] of Object.entries(shape.properties ?? {})) {
    for (const inner of shapesOf(path === '' ? name : `${path}.${name}`, field)) addTables(tables, inner);
  }
}

/** The forms of a field that are objects with fields: itself, its entries, or one for each `type`. */
function shapesOf(path: string, field: SchemaNode): Shape[] {
  const inner = field.items ?? field.additionalProperties;
  if (inner) return shapesOf(field.items ? `${path}[]` : `${path}.<name>`, inner);
  const shapes = (field.oneOf ?? field.anyOf ?? [field]).filter((shape) => shape.properties);
  return shapes.map((shape) => {
    const type = shape.properties?.type?.const;
    const title = type === undefined ? `\`${path}\`` : `\`${path}\` of type ${type}`;
    return {
      title,
      path,
      shape,
      needed: shapes.length > 1 && type === undefined ? 'one of these' : 'required',
    };
  });
}

function defaultText(field: SchemaNode): string {
  if (field.default === undefined) return 'none';
  return field.properties ? 'see below' : `\`${JSON.stringify(field.default)}\``;
}

/** The field as it may stand in a job file, in YAML; an object whose fields have examples of their own has none. */
function exampleText(name: string, field: SchemaNode): string {
  const values = field.const === undefined ? (field.examples ?? []) : [field.const];
  const line = (value: unknown) =>
    stringify({ [name]: value }, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true })
      .trim()
      .replace(/^\{ (.*) \}$/s, '$1');
  return values.map((value) => `\`${line(value)}\``).join('<br>');
}

/** The type of a field in a few words. */
function typeText(field: SchemaNode): string {
  if (field.title !== undefined) return field.title;
  const forms = field.oneOf ?? field.anyOf;
  if (forms) return [...new Set(forms.map(typeText))].join(' or ');
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(', ');
  if (field.const !== undefined) return `\`${field.const}\``;
  if (Array.isArray(field.type)) return field.type.map((type) => TYPES[type]).join(', ');
  if (field.items) return `list of ${typeText(field.items)}`;
  if (field.additionalProperties) return `names with ${typeText(field.additionalProperties)}`;
  return `${TYPES[String(field.type)]}${rangeText(field)}`;
}

const TYPES: Record<string, string> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  null: 'null',
  object: 'object',
};

function rangeText({ minimum, maximum }: SchemaNode): string {
  if (minimum === undefined || maximum === undefined) return '';
  return maximum < Number.MAX_SAFE_INTEGER ? `, ${minimum} to ${maximum}` : `, from ${minimum}`;
}
