import { type Document, isScalar, type Node, visit } from 'yaml';

/**
 * Where a field stands a second time in its object. The library's own check compares each with all others, which takes
 * minutes where there are many.
 * @returns offsets
 */
export function repeatedKeys(doc: Document): number[] {
  const found: number[] = [];
  visit(doc, {
    Map(_, { items }) {
      const names = new Set<string>();
      for (const { key } of items) {
        const name = String(isScalar(key) ? key.value : key);
        if (names.has(name)) found.push((key as Node | null)?.range?.[0] ?? 0);
        names.add(name);
      }
    },
  });
  return found;
}
