import { isAbsolute, resolve } from 'node:path';
import type { Finding } from './finding.js';
import { type Path, valueAt, withValue } from './json-path.js';
import { fileReference, parseSecretReference } from './secret-reference.js';

/** Objects of a document whose fields are references to secrets, with the names of those fields. */
const SECRETS: readonly { readonly path: Path; readonly fields: readonly string[] }[] = [
  { path: ['sink', 'credentials'], fields: ['accessKey', 'secretKey', 'securityToken'] },
];

/** Whether a place is meant for a secret: what is found there is not shown. */
export const isSecret = (path: Path): boolean => SECRETS.some((secrets) => startsWith(path, secrets.path));

/**
 * The finding with nothing in it that a user may have written in the place of a secret: names of fields may be the secret
 * as well, where a blank or a colon is missing.
 */
export function withoutSecrets<F extends Finding>(finding: F): F {
  const { path } = finding;
  const secrets = SECRETS.find((one) => startsWith(path, one.path));
  if (!secrets) return finding;
  const field = path[secrets.path.length];
  const known = secrets.fields.find((name) => name === field);
  return { ...finding, path: known === undefined ? secrets.path : [...secrets.path, known] };
}

/** The document with the paths in its references to files made absolute. */
export function absoluteReferences(document: unknown, baseDir: string): unknown {
  return SECRETS.reduce((changed, { path, fields }) => {
    return fields.reduce((inner, field) => {
      const file = referencedFile(inner, [...path, field]);
      if (file === undefined || isAbsolute(file)) return inner;
      return withValue(inner, [...path, field], fileReference(resolve(baseDir, file)));
    }, changed);
  }, document);
}

/** Every reference to a file by a relative path. */
export function relativeReferences(document: unknown): Finding[] {
  return SECRETS.flatMap(({ path, fields }) => fields.map((field) => [...path, field])).flatMap((path) => {
    const file = referencedFile(document, path);
    if (file === undefined || isAbsolute(file)) return [];
    return [
      {
        path,
        at: 'value',
        message: `expected an absolute path in \${file:${file}}: a job that is not started from a file has no folder that it could start at`,
        expected: 'an absolute path',
      } satisfies Finding,
    ];
  });
}

function referencedFile(document: unknown, path: Path): string | undefined {
  const value = valueAt(document, path);
  const reference = typeof value === 'string' ? parseSecretReference(value) : undefined;
  return reference?.kind === 'file' ? reference.path : undefined;
}

const startsWith = (path: Path, start: Path) => start.every((part, i) => path[i] === part);
