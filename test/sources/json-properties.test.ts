import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  expectResumable,
  gzipMembers,
  open,
  PROPERTY,
  partitionsOf,
  readAll,
  readDamaged,
  useFolder,
} from './reading.js';

const folder = useFolder();

/** Pieces that JSON breaks at, as Latin-1 text so that invalid UTF-8 can be among them. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('{', '}', '[', ']', ',', '"', '\n', ':', '{"a":1}', '{"b":"x"},') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\\', '\\"', ' ', '\r\n', '1', 'null', '"s"', '{"c":[{"d":{}}]},\n'),
  },
  { weight: 1, arbitrary: fc.constantFrom('\xc3\xa9', '\xff', '\0', '\n\n\n', 'x'.repeat(30), '},{') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"a":', '"b":[', '{"a":{"b":', '"\\u0061"', ':{}', '\\'.repeat(33)),
  },
);
const bytes = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
const sizes = fc.record({
  partitionSize: fc.integer({ min: 1, max: 60 }),
  blockSize: fc.integer({ min: 1, max: 40 }),
});
const maxRecordSize = fc.constantFrom(5, 8, 12, 40, 1000);
const mark = fc.constantFrom('', '\xef\xbb\xbf');
const ending = fc.constantFrom('', '.gz');

function write(content: string, name: string): string {
  const raw = Buffer.from(content, 'latin1');
  return folder.newFile(name, name.endsWith('.gz') && raw.length > 0 ? gzipMembers(raw) : raw);
}

const beginning = fc.constantFrom('', '{', '[', ' [', '[{"z":0},', '{"a":{"b":[', '[{"b":');
const documents = fc.tuple(mark, beginning, bytes).map((parts) => parts.join(''));
const wholeKinds = [
  {
    fields: { type: 'ndjson' },
    content: fc.tuple(mark, bytes).map((parts) => parts.join('')),
    separators: /\s/g,
  },
  { fields: { type: 'json' }, content: documents, separators: /[\s,[\]]/g },
];
const kinds = [
  ...wholeKinds,
  { fields: { type: 'json', recordPath: 'a.b' }, content: documents },
  { fields: { type: 'json', recordPath: ['*', 'b', '*'] }, content: documents },
];

describe.each(kinds)('any bytes as $fields', ({ fields, content: contents }) => {
  test('split and read in any sizes are the records of the whole, in order', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(contents, sizes, maxRecordSize, ending, async (content, any, max, name) => {
        const spec = { ...fields, path: write(content, `.${fields.type}${name}`), maxRecordSize: max };
        const whole = await readDamaged(open(spec));
        expect(await readDamaged(open(spec, any))).toEqual(whole);
        expect(new Set(whole.records.map(({ id }) => id)).size).toBe(whole.records.length);
      }),
      { numRuns: 200 },
    );
  });

  test('are read on after any record', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(contents, sizes, maxRecordSize, ending, async (content, any, max, name) => {
        const path = write(content, `.${fields.type}${name}`);
        const source = open({ ...fields, path, maxRecordSize: max }, any);
        for (const partition of (await partitionsOf(source)).partitions)
          await expectResumable(source, partition);
      }),
      { numRuns: 100 },
    );
  });
});

describe.each(wholeKinds)('any bytes as $fields', ({ fields, content: contents, separators }) => {
  test('leave no byte out but separators', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const records = await readAll(open({ ...fields, path: write(content, `.${fields.type}`) }));
        const only = (text: string) => text.replace(/\xef\xbb\xbf/g, '').replace(separators, '');
        expect(only(records.map(({ raw }) => raw).join(''))).toBe(only(content));
      }),
      { numRuns: 100 },
    );
  });
});

describe('objects', () => {
  const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 12 });
  const layout = fc.record({ indent: fc.constantFrom(0, 1), ending, mark: fc.constantFrom('', '\ufeff') });

  test('of an array come back as they were written', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(objects, layout, sizes, async (values, { indent, ending: name, mark: first }, any) => {
        const content = Buffer.from(first + JSON.stringify(values, undefined, indent));
        const path = folder.newFile(`.json${name}`, name ? gzipMembers(content) : content);
        const records = await readAll(open({ type: 'json', path }, any));
        expect(records.map(({ fault }) => fault)).toEqual(values.map(() => undefined));
        expect(records.map(({ raw }) => JSON.parse(Buffer.from(raw, 'latin1').toString()))).toEqual(
          JSON.parse(JSON.stringify(values)),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('one a line come back byte for byte', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(objects, layout, sizes, async (values, { ending: name, mark: first }, any) => {
        const lines = values.map((value) => JSON.stringify(value));
        const content = Buffer.from(first + lines.map((line) => ` ${line}\t\r\n`).join('\n'));
        const path = folder.newFile(`.ndjson${name}`, name ? gzipMembers(content) : content);
        const records = await readAll(open({ type: 'ndjson', path }, any));
        expect(records.map(({ raw }) => Buffer.from(raw, 'latin1').toString())).toEqual(lines);
        expect(records.every(({ fault }) => fault === undefined)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
