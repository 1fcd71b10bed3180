import { expect, test } from 'vitest';
import { validateJobDocument } from '../../src/job/parse.js';
import { smallest } from './job-documents.js';
import { problemsOf } from './problems-of.js';

/** Everything of the design that this version does not have, and the path it is refused at. */
const REFUSED: [path: string, change: object][] = [
  ['source.type', { source: { type: 'postgres' } }],
  ['source.type', { source: { type: 'mysql' } }],
  ['source.path', { source: { path: 's3://bucket/a.csv' } }],
];

test.each(REFUSED)('%s is refused by name: %j', (path, change) => {
  const document: Record<string, unknown> = smallest();
  for (const [name, value] of Object.entries(change)) {
    const before = document[name];
    document[name] =
      typeof before === 'object' && !Array.isArray(value) ? { ...before, ...(value as object) } : value;
  }
  expect(problemsOf(() => validateJobDocument(document))).toEqual([
    { path, message: expect.stringMatching(/^not there yet: .+; .+/) },
  ]);
});
