import type { Finding } from './finding.js';
import { type Path, valueAt } from './json-path.js';

interface LaterField {
  readonly path: Path;
  /** Which values are meant; all unless given. */
  readonly when?: (value: unknown) => boolean;
  readonly message: string;
}

const is =
  (...values: readonly unknown[]) =>
  (value: unknown) =>
    values.includes(value);

const later = (what: string, instead: string) => `not there yet: ${what}; ${instead}`;

const isUrl = (value: unknown) => typeof value === 'string' && /^[a-z][a-z0-9+.-]+:\/\//i.test(value);

/**
 * Fields and values of the design that this version does not have. They are refused by name instead of as
 * unknown, so that nobody takes a promise for a spelling mistake.
 */
const LATER: readonly LaterField[] = [
  {
    path: ['source', 'type'],
    when: is('postgres', 'mysql'),
    message: later('databases can not be read', 'use csv, json or ndjson'),
  },
];

/** What in a document belongs to a later version. */
export function findLater(document: unknown): Finding[] {
  return [...LATER, ...pathFields(document)].flatMap(({ path, when, message }) => {
    const value = valueAt(document, path);
    return value === undefined || (when && !when(value))
      ? []
      : [{ path, at: when ? 'value' : 'key', message }];
  });
}

function pathFields(document: unknown): LaterField[] {
  const field: Path = ['source', 'path'];
  const value = valueAt(document, field);
  const paths: Path[] = Array.isArray(value) ? value.map((_, i) => [...field, i]) : [field];
  return paths.flatMap((path) => [
    { path, when: isUrl, message: later('only local files can be read', 'copy them next to the worker') },
  ]);
}
