import { type Path, pathText } from './json-path.js';

/** What changes at one place of a document. */
export interface Change {
  /** Such as `source.path`. */
  readonly path: string;
  /** Absent where something is added. */
  readonly before?: unknown;
  /** Absent where something is removed. */
  readonly after?: unknown;
}

/** What changes from one document to another, place by place: the smallest ones that tell it. */
export function difference(before: unknown, after: unknown, path: Path = []): Change[] {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }).flatMap((_, i) => difference(before[i], after[i], [...path, i]));
  }
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => difference(before[name], after[name], [...path, name]));
  }
  return [
    {
      path: pathText(path),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    },
  ];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
