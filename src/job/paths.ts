import { isAbsolute, resolve } from 'node:path';
import { escapePath, isDynamicPattern } from 'tinyglobby';
import { type Path, valueAt, withValue } from './json-path.js';
import { expandText } from './macros/macros.js';

/** Files and globs of a valid document, always as a list. */
export function sourcePaths(document: unknown): string[] {
  const path = valueAt(document, ['source', 'path']);
  return (Array.isArray(path) ? path : [path]).filter((entry) => typeof entry === 'string');
}

/** Fields that hold one path each, which is taken as it stands there. */
const PLAIN: readonly Path[] = [
  ['dirty', 'path'],
  ['sink', 'tls', 'caFile'],
  ['sink', 'tls', 'certFile'],
  ['sink', 'tls', 'keyFile'],
];

/** Every path of a valid document beside those of the source, with where it stands. */
export function plainPaths(document: unknown): { readonly field: Path; readonly path: string }[] {
  return PLAIN.flatMap((field) => {
    const path = valueAt(document, field);
    return typeof path === 'string' ? [{ field, path }] : [];
  });
}

/** The document with its paths made absolute; everything else as it was. */
export function absolutePaths(document: unknown, baseDir: string): unknown {
  const { source } = document as { source: { path: unknown } };
  const paths = sourcePaths(document).map((path) => absolute(path, baseDir));
  const inSource = withValue(document, ['source', 'path'], Array.isArray(source.path) ? paths : paths[0]);
  return plainPaths(document).reduce(
    (changed, { field, path }) => withValue(changed, field, resolve(baseDir, path)),
    inSource,
  );
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
