import type { Path } from './json-path.js';

/** A mistake in a document, before its line and column are known. */
export interface Finding {
  readonly path: Path;
  /** Which part of the text to point at; for a missing field that is the key of the object around it. */
  readonly at: 'value' | 'key' | 'around';
  readonly message: string;
  readonly expected?: string;
  readonly nearest?: string;
}
