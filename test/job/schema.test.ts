import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { jobJsonSchema } from '../../src/job/schema/job.js';
import type { SchemaNode } from '../../src/job/schema/json-schema.js';
import { jobFileMarkdown } from '../../src/job/schema/markdown.js';

/** Every field of the schema, with the path it stands at. */
function fieldsOf(node: SchemaNode, path = ''): [string, SchemaNode][] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((form) => fieldsOf(form, path));
  const entries = [node.items, node.additionalProperties].flatMap((entry) =>
    entry ? fieldsOf(entry, `${path}[]`) : [],
  );
  const own = Object.entries(node.properties ?? {}).flatMap(([name, field]): [string, SchemaNode][] => {
    const here = path === '' ? name : `${path}.${name}`;
    return [[here, field], ...fieldsOf(field, here)];
  });
  return [...own, ...inner, ...entries];
}

const root = jobJsonSchema() as SchemaNode;

describe('the JSON Schema', () => {
  test.each(fieldsOf(root))('%s has a description', (_, field) => {
    expect(field.description).toMatch(/^.{5,}\.$/s);
  });

  test('shows the defaults of sizes and durations as a user writes them', () => {
    const defaults = Object.fromEntries(fieldsOf(root).map(([path, field]) => [path, field.default]));
    expect(defaults).toMatchObject({
      'source.maxRecordSize': '4 MiB',
      'settings.partitionSize': '64 MiB',
      'settings.connectTimeout': '30s',
      'settings.retryFor': '24h',
    });
  });

  test('takes the sizes that the job file takes', () => {
    const pattern = JSON.stringify(root).match(/"pattern":"(\^\(\\\\d[^"]*bB[^"]*)"/)?.[1];
    const size = new RegExp(JSON.parse(`"${pattern}"`));
    for (const text of ['64 MiB', '1.5GB', '512 B', '8kib']) expect(text).toMatch(size);
    expect('64 megs').not.toMatch(size);
  });
});

test('docs/job-file.md is what the schema says (write it anew: rocketlift schema --markdown > docs/job-file.md)', () => {
  expect(readFileSync('docs/job-file.md', 'utf8')).toBe(jobFileMarkdown());
});
