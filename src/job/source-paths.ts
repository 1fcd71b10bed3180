import { isAbsolute, resolve } from 'node:path';
import { escapePath, isDynamicPattern } from 'tinyglobby';
import { valueAt } from './json-schema.js';

/** Files and globs of a valid document, always as a list. */
export function sourcePaths(document: unknown): string[] {
  const path = valueAt(document, ['source', 'path']);
  return (Array.isArray(path) ? path : [path]).filter((entry) => typeof entry === 'string');
}

/** The document with its paths made absolute; everything else as it was. */
export function absolutePaths(document: unknown, baseDir: string): unknown {
  const { source } = document as { source: { path: unknown } };
  const paths = sourcePaths(document).map((path) => absolute(path, baseDir));
  return {
    ...(document as object),
    source: { ...source, path: Array.isArray(source.path) ? paths : paths[0] },
  };
}

function absolute(path: string, baseDir: string): string {
  if (isAbsolute(path)) return path;
  if (!isDynamicPattern(path)) return resolve(baseDir, path);
  // The folder is a name, not a pattern, even where it holds brackets. `resolve` would take its escapes for text.
  const base = escapePath(baseDir.replace(/\/+$/, ''));
  return `${base}/${path.replace(/^(\.\/)+/, '')}`;
}
