import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference } from '../../src/job/difference.js';

describe('the difference of two documents', () => {
  it('names each place, with what stands there before and after', () => {
    const before = { name: 'a', list: [1, { x: 1 }, 3], gone: { y: 1 }, same: [{ z: null }], kind: [1] };
    const after = { name: 'b', list: [1, { x: 2 }], same: [{ z: null }], kind: { of: 1 }, 'a b': true };
    expect(difference(before, after)).toEqual([
      { path: 'name', before: 'a', after: 'b' },
      { path: 'list[1].x', before: 1, after: 2 },
      { path: 'list[2]', before: 3 },
      { path: 'gone', before: { y: 1 } },
      { path: 'kind', before: [1], after: { of: 1 } },
      { path: '["a b"]', after: true },
    ]);
  });

  it('is empty just where both are equal', () => {
    // As job files are: plain JSON, in which no number is -0.
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(difference(a, JSON.parse(JSON.stringify(a)))).toEqual([]);
        expect(difference(a, b).length === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
