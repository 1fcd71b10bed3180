/** Where a secret is found by whoever needs it. What a job holds is this, never the secret. */
export type SecretReference =
  | { readonly kind: 'env'; readonly name: string }
  /** The path as it stands in the job. */
  | { readonly kind: 'file'; readonly path: string };

const REFERENCE = /^\$\{(?:env:([A-Za-z_][A-Za-z0-9_]*)|file:([^${}\0]+))\}$/;

/** Reads `${env:NAME}` or `${file:PATH}`; undefined where a text is neither. */
export function parseSecretReference(text: string): SecretReference | undefined {
  const [, name, path] = REFERENCE.exec(text) ?? [];
  if (name !== undefined) return { kind: 'env', name };
  return path === undefined ? undefined : { kind: 'file', path };
}

/** The text of a reference to a file. */
export const fileReference = (path: string): string => `\${file:${path}}`;
