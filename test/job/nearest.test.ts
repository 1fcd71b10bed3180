import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../src/job/nearest.js';

const KNOWN = ['type', 'path', 'encoding', 'columns', 'maxRecordSize', 'delimiter', 'quote', 'tag'];

test.each([
  ['delimitr', 'delimiter'],
  ['Delimiter', 'delimiter'],
  ['max_record_size', 'maxRecordSize'],
  ['paht', 'path'],
  ['tga', 'tag'],
  ['x', undefined],
  ['filename', undefined],
])('%s → %s', (name, expected) => expect(nearest(name, KNOWN)).toBe(expected));

test('a name with one letter more, less or other finds its own', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KNOWN), fc.nat(), (name, at) => {
      const i = at % name.length;
      expect(nearest(`${name.slice(0, i)}~${name.slice(i)}`, [name])).toBe(name);
      expect(nearest(name.slice(0, i) + name.slice(i + 1), [name])).toBe(name);
    }),
  );
});
