import type { Finding } from './finding.js';
import type { Path } from './json-path.js';

/** How deep lists and objects may lie in each other in a job: ten times deeper than in any. */
export const MAX_DEPTH = 100;

export const TOO_DEEP = 'lists and objects lie in each other too deep; expected a job';

interface Part {
  readonly value: object;
  readonly path: Path;
}

/** What the shape of a document can have against it, whatever is in it. */
export interface Shape {
  /** Present if it is too deep to be looked at any further. */
  readonly tooDeep?: Finding;
  /** Names that the schema passes over in silence. */
  readonly names: readonly Finding[];
}

/** Looks at all parts of a document, level by level; by recursion a deep one would end at the end of the stack. */
export function shapeOf(document: unknown): Shape {
  const names: Finding[] = [];
  // YAML can have a part stand in many places, itself included.
  const seen = new Set<object>();
  let level: Part[] = isContainer(document) ? [{ value: document, path: [] }] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      return { tooDeep: { path: level[0].path.slice(0, 1), at: 'value', message: TOO_DEEP }, names };
    }
    const next: Part[] = [];
    for (const { value, path } of level) {
      if (seen.has(value)) continue;
      seen.add(value);
      for (const [key, inner] of Object.entries(value)) {
        const here = [...path, Array.isArray(value) ? Number(key) : key];
        if (key === '__proto__') {
          names.push({ path: here, at: 'key', message: 'this name can not be used for a field' });
        } else if (isContainer(inner)) next.push({ value: inner, path: here });
      }
    }
    level = next;
  }
  return { names };
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
