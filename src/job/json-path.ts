/** Where something stands in plain data: names of members, and indexes from 0. */
export type Path = readonly (string | number)[];

/** `source.columns.id`, `transform[0].drop`; a name that would be ambiguous stands in brackets. */
export function pathText(path: Path): string {
  return path
    .map((part, i) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\p{L}\p{N}_-]+$/u.test(part)) return `[${JSON.stringify(part)}]`;
      return i === 0 ? part : `.${part}`;
    })
    .join('');
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    document,
  );
}

/** A copy with another value at a path whose objects are there. */
export function withValue(document: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const object = document as Record<string | number, unknown>;
  return { ...object, [key]: withValue(object[key], rest, value) };
}
