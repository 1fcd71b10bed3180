import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentsAndPath, recordsOf } from './json-tree.js';
import { expectResumable, gzipMembers, open, PROPERTY, partitionsOf, readAll, useFolder } from './reading.js';

const folder = useFolder();
const blockSize = fc.integer({ min: 1, max: 60 });

function sourceOf(content: string | Uint8Array, recordPath: string[], blockSize: number, ending = '.json') {
  const path = folder.newFile(ending, content);
  return open({ type: 'json', path, ...(recordPath.length > 0 && { recordPath }) }, { blockSize });
}

async function read(...from: Parameters<typeof sourceOf>) {
  const records = await readAll(sourceOf(...from));
  return records.map(({ raw, fault }) => fault ?? Buffer.from(raw, 'latin1').toString());
}

describe('any documents, any path', () => {
  test('give the records that a slow reading gives, byte for byte', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(documentsAndPath, blockSize, async ({ trees, content, path }, size) => {
        expect(await read(content, path, size)).toEqual(trees.flatMap((tree) => recordsOf(tree, path)));
      }),
      { numRuns: 500 },
    );
  });

  test('are read on after any record, in gzip as well', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(documentsAndPath, blockSize, fc.boolean(), async ({ content, path }, size, zip) => {
        const bytes = Buffer.from(content);
        const source =
          zip && bytes.length > 0
            ? sourceOf(gzipMembers(bytes), path, size, '.json.gz')
            : sourceOf(bytes, path, size);
        for (const partition of (await partitionsOf(source)).partitions)
          await expectResumable(source, partition);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a damaged byte', () => {
  const damage = fc.record({
    at: fc.nat({ max: 1000 }),
    drop: fc.boolean(),
    add: fc.constantFrom('', '', '"', '{', '}', '[', ']', ',', ':', '\\', '\n', '\xff', 'x'),
  });

  test('costs no record before it, and never one in silence', PROPERTY, async () => {
    await fc.assert(
      fc.asyncProperty(
        documentsAndPath,
        blockSize,
        damage,
        async ({ content, path }, size, { at, drop, add }) => {
          const bytes = Buffer.from(content);
          const place = at % (bytes.length + 1);
          const damaged = Buffer.concat([
            bytes.subarray(0, place),
            Buffer.from(add, 'latin1'),
            bytes.subarray(drop ? place + 1 : place),
          ]);
          const before = await readAll(sourceOf(bytes, path, size));
          const after = await readAll(sourceOf(damaged, path, size));
          const offset = ({ id }: { id: string }) => Number(id.slice(id.lastIndexOf('-') + 1));
          const untouched = before.filter((record) => offset(record) + record.raw.length < place);
          const same = ({ raw, fault, place }: (typeof before)[number]) => ({
            raw,
            fault,
            at: place.replace(/^\S+/, ''),
          });
          expect(after.slice(0, untouched.length).map(same)).toEqual(untouched.map(same));

          const written = (records: typeof before) => records.filter(({ fault }) => !fault).length;
          const isDirty = after.some(({ fault }) => fault);
          if (written(after) < written(before) && !isJson(damaged)) expect(isDirty).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}
