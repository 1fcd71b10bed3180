import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { Fault } from '../../src/job/fault.js';
import { parseFilter } from '../../src/job/filter-expression.js';
import { createConverter, FILTERED, isMessage } from '../../src/records/converter.js';
import { jobOf, jsonBatch } from './support.js';

const text = readFileSync('docs/filter.md', 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block);

const [record] = blocks('json');
const columns = blocks('yaml')
  .map((block) => parse(block))
  .find((block) => 'columns' in block).columns;
const examples = blocks('cel')
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.trim() !== '')
  .map((line) => line.split(/ +\/\/ /));

function answerOf(filter: string): string {
  if (typeof parseFilter(filter) === 'string') return 'refused';
  const job = jobOf({ source: { type: 'ndjson', path: '/x', columns }, transform: [{ filter }] });
  let convert: ReturnType<typeof createConverter>;
  try {
    convert = createConverter(job, undefined);
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({ fault: 'user', code: 'bad_filter' });
    return 'refused';
  }
  const result = convert(jsonBatch([record.trim()]), 0);
  if (result === FILTERED) return 'false';
  if (isMessage(result)) return 'true';
  expect(result.code).toBe('filter_failed');
  return 'dirty';
}

it('docs/filter.md has examples with every kind of answer', () => {
  expect(examples.length).toBeGreaterThan(30);
  expect(new Set(examples.map(([, answer]) => answer))).toEqual(
    new Set(['true', 'false', 'dirty', 'refused']),
  );
});

it.each(examples)('docs/filter.md: %s is %s', (filter, answer) => {
  expect(answerOf(filter)).toBe(answer);
});
