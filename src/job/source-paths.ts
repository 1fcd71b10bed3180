import { isAbsolute, resolve } from 'node:path';
import { escapePath, isDynamicPattern } from 'tinyglobby';
import { valueAt } from './json-path.js';
import { expandText } from './macros/macros.js';

/** Files and globs of a valid document, always as a list. */
export function sourcePaths(document: unknown): string[] {
  const path = valueAt(document, ['source', 'path']);
  return (Array.isArray(path) ? path : [path]).filter((entry) => typeof entry === 'string');
}

/** The document with its paths made absolute; everything else as it was. */
export function absolutePaths(document: unknown, baseDir: string): unknown {
  const { source, dirty } = document as { source: { path: unknown }; dirty?: object };
  const paths = sourcePaths(document).map((path) => absolute(path, baseDir));
  const store = dirtyPath(document);
  return {
    ...(document as object),
    source: { ...source, path: Array.isArray(source.path) ? paths : paths[0] },
    ...(store !== undefined && { dirty: { ...dirty, path: resolve(baseDir, store) } }),
  };
}

/** The folder of the dirty store in a valid document, if it has one. */
export function dirtyPath(document: unknown): string | undefined {
  const path = valueAt(document, ['dirty', 'path']);
  return typeof path === 'string' ? path : undefined;
}

function absolute(path: string, baseDir: string): string {
  if (isAbsolute(path)) return path;
  // Whether it is a pattern shows without its macros, which are the same characters at any time, digits apart.
  const filledIn = expandText(path, 0, 'UTC');
  const isPattern = isDynamicPattern(filledIn);
  if (!isPattern && filledIn === path) return resolve(baseDir, path);
  // The folder is a name, not a pattern, even where it holds brackets. `resolve` would take its escapes for text, and
  // take macros apart.
  const folder = baseDir.replace(/\/+$/, '');
  return `${isPattern ? escapePath(folder) : folder}/${path.replace(/^(\.\/)+/, '')}`;
}
