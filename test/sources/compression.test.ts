import { readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Xxh64 } from '../../src/sources/files/xxh64.js';
import { byLibrary, LIBRARY_WINDOW } from '../../src/sources/files/zstd-library.js';
import { zstdPieces } from '../../src/sources/files/zstd-pieces.js';
import { storedZstd } from '../support/zstd.js';
import {
  expectResumable,
  faultOf,
  open,
  PROPERTY,
  partitionsOf,
  readAll,
  readPartition,
  useFolder,
} from './reading.js';

const folder = useFolder();
const lines = (content: Uint8Array, ending = '.ndjson.zst', options = {}) =>
  open({ type: 'ndjson', path: folder.newFile(ending, content) }, options);
const reading = async (content: Uint8Array) => (await readAll(lines(content))).map(({ raw }) => raw);

/** Made by `zstd -19` of 20,000 lines: several blocks, a checksum. */
const packed = readFileSync(new URL('fixtures/rows.ndjson.zst', import.meta.url));
const rows = Array.from({ length: 20_000 }, (_, i) => `{"n":${i % 100},"t":"row ${i % 7}"}`);
const small = storedZstd('{"n":1}\n{"n":2}\n');
const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

describe('zstd', () => {
  test('is read, one partition of as many bytes as the file', PROPERTY, async () => {
    const source = lines(packed, '.ndjson.zst', { partitionSize: 1 });
    const { partitions } = await partitionsOf(source);
    expect(partitions).toMatchObject([{ sourceBytes: packed.length, start: 0 }]);
    const { records, positions } = await readPartition(source, partitions[0]);
    expect(records.map(({ raw }) => raw)).toEqual(rows);
    const rest = await readPartition(source, partitions[0], positions[14_999]);
    expect(rest.records).toEqual(records.slice(15_000));
  });

  test('may be of several frames, some of them to be skipped', async () => {
    const all = ['{"n":1}', '{"n":2}'];
    expect(await reading(Buffer.concat([skippable, small, skippable, skippable, small]))).toEqual([
      ...all,
      ...all,
    ]);
    expect(await reading(Buffer.concat(Array.from({ length: 20_000 }, () => skippable)))).toEqual([]);
  });

  test('of no bytes has no records', async () => {
    expect(await reading(Buffer.alloc(0))).toEqual([]);
    expect(await reading(storedZstd(''))).toEqual([]);
  });

  test('in any blocks and frames is what was stored, read on after any record', PROPERTY, async () => {
    const frame = fc.record({
      text: fc.string({ unit: fc.constantFrom('{}', '\n', '{"a":1}', ' '), maxLength: 30 }),
      blockBytes: fc.integer({ min: 1, max: 40 }),
      checksum: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        async (frames, blockSize) => {
          const stored = frames.map(({ text, ...options }) => storedZstd(text, options));
          const source = lines(Buffer.concat(stored), '.zst', { blockSize });
          const plain = lines(Buffer.from(frames.map(({ text }) => text).join('')), '.ndjson', { blockSize });
          const raws = async (from: typeof source) => (await readAll(from)).map(({ raw }) => raw);
          expect(await raws(source)).toEqual(await raws(plain));
          for (const partition of (await partitionsOf(source)).partitions)
            await expectResumable(source, partition);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['of several blocks', packed],
    ['of two frames', Buffer.concat([small, small])],
  ])('%s is corrupt wherever it is cut', PROPERTY, async (_name, whole) => {
    const cuts = fc.integer({ min: 1, max: whole.length - 1 }).filter((at) => at !== small.length);
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const fault = await faultOf(() => reading(whole.subarray(0, at)));
        expect(fault).toMatchObject({ code: 'input_corrupt', fault: 'user' });
      }),
      { numRuns: 40 },
    );
  });

  test('with any byte changed is corrupt, or the same', PROPERTY, async () => {
    const changes = fc.record({ at: fc.nat(packed.length - 1), by: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(changes, async ({ at, by }) => {
        const changed = Buffer.from(packed);
        changed[at] ^= by;
        const outcome = await reading(changed).catch((error) => error.code);
        if (Array.isArray(outcome)) expect(outcome).toEqual(rows);
        else expect(outcome).toMatch(/^(input_corrupt|unsupported_compression)$/);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['with text behind', Buffer.concat([small, Buffer.from('more text')]), 'is not zstd stands at byte'],
    ['with zeros behind', Buffer.concat([small, Buffer.alloc(5)]), 'is not zstd stands at byte'],
    ['that is none', Buffer.from('{"n":1}\n'), 'it does not begin as zstd does'],
    ['that is gzip', gzipSync('{"n":1}\n'), 'it does not begin as zstd does'],
    [
      'with a wrong checksum',
      Buffer.from(small.map((byte, i) => (i === small.length - 1 ? byte ^ 1 : byte))),
      '',
    ],
  ])('%s is corrupt', async (_name, content, what) => {
    const fault = await faultOf(() => reading(content));
    expect(fault).toMatchObject({ code: 'input_corrupt', fault: 'user' });
    expect(fault.message).toContain('.ndjson.zst');
    expect(fault.message).toContain(what);
    expect(fault.mend).toContain('zstd -t');
  });

  const hasNodes = 'createZstdDecompress' in zlib;
  const most = hasNodes ? 'more than 128 MiB' : 'more than 64 MiB';

  test.each([
    ['a window of 256 MiB', [0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 1, 0, 0], most],
    ['content in one piece of 256 MiB', [0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 16, 1, 0, 0], most],
    ['a dictionary', [0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x00, 7, 1, 0, 0], 'dictionary'],
  ])('with %s is refused', async (_name, bytes, what) => {
    const fault = await faultOf(() => reading(Buffer.from(bytes)));
    expect(fault).toMatchObject({ code: 'unsupported_compression', fault: 'user' });
    expect(fault.message).toContain(what);
  });

  test.each([
    ['64 MiB', 16 << 3, []],
    ['72 MiB', (16 << 3) + 1, ['64 MiB']],
    ['128 MiB', 17 << 3, ['64 MiB']],
    ['144 MiB', (17 << 3) + 1, ['64 MiB', '128 MiB']],
  ])('with a window of %s is decompressed by who can do that', async (_name, window, over) => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window, 0x19, 0, 0, 0x7b, 0x7d, 0x0a]);
    const limit = hasNodes ? '128 MiB' : '64 MiB';
    if (!over.includes(limit)) return expect(await reading(frame)).toEqual(['{}']);
    const fault = await faultOf(() => reading(frame));
    expect(fault).toMatchObject({ code: 'unsupported_compression', fault: 'user' });
    expect(fault.message).toContain(`more than ${limit}`);
    expect(fault.mend).toContain(hasNodes ? 'without a long window' : 'Use Node.js 22.15 or newer');
  });

  test('takes no memory for a window that its content does not fill', async () => {
    const frame = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80, 16 << 3, 3, 0, 0, 0]),
      Buffer.from([0x19, 0, 0, 0x7b, 0x7d, 0x0a]),
    ]);
    const all = Buffer.concat(Array.from({ length: 2000 }, () => frame));
    expect(await reading(all)).toHaveLength(2000);
    const wrong = Buffer.from(frame.map((byte, i) => (i === 6 ? 2 : byte)));
    expect(await faultOf(() => reading(wrong))).toMatchObject({ code: 'input_corrupt' });
  });

  test('lets other work go on where Node.js has no decompressor', PROPERTY, async () => {
    // 100 MiB in blocks that repeat one byte. Nothing is waited for but what the decompressor itself waits for.
    const blocks = Array.from({ length: 800 }, (_, i) => {
      const block = Buffer.from([0, 0, 0, 0x20]);
      block.writeUIntLE(((128 * 1024) << 3) | 2 | (i === 799 ? 1 : 0), 0, 3);
      return block;
    });
    const frame = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3]), ...blocks]);
    async function* chunks() {
      yield frame;
    }
    let turns = 0;
    let goesOn = true;
    const turn = () => {
      turns++;
      if (goesOn) setImmediate(turn);
    };
    setImmediate(turn);
    let bytes = 0;
    for await (const chunk of byLibrary(zstdPieces(chunks(), 'x.zst', LIBRARY_WINDOW), 'x.zst')) {
      bytes += chunk.length;
    }
    goesOn = false;
    expect(bytes).toBe(100 * 1024 * 1024);
    expect(turns).toBeGreaterThan(1);
  });
});

test.each([
  ['', 0x51d8e999],
  ['a', 0xa98c6e5b],
  ['abc', 0xad770999],
])('XXH64 of %j is that of the specification', (text, low) => {
  const hash = new Xxh64();
  hash.update(Buffer.from(text));
  expect(hash.low()).toBe(low);
});

test('XXH64 does not depend on the pieces', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 });
  fc.assert(
    fc.property(pieces, (some) => {
      const hash = new Xxh64();
      for (const piece of some) hash.update(Buffer.from(piece));
      const whole = new Xxh64();
      whole.update(Buffer.concat(some));
      expect(hash.low()).toBe(whole.low());
    }),
  );
});

describe('tar', () => {
  const archive = Buffer.alloc(1024);
  archive.write('orders.csv');
  archive.write('ustar', 257);

  test.each(['.tar', '.tar.gz', '.TGZ', '.tar.zst', '.tar.bz2', '.tbz2'])(
    '%s is refused by its name',
    async (ending) => {
      const fault = await faultOf(() => lines(Buffer.from('{}'), ending).describe());
      expect(fault).toMatchObject({ code: 'unsupported_archive', fault: 'user' });
      expect(fault.mend).toMatch(/^Unpack it/);
    },
  );

  test('is not what a text with the letters is', async () => {
    const text = `${' '.repeat(250)}{"s":"mustard"}`;
    expect(text.slice(257, 262)).toBe('ustar');
    expect(await readAll(lines(Buffer.from(text), '.ndjson'))).toHaveLength(1);
  });

  test.each([
    ['', archive],
    ['', Buffer.from(archive.toString('latin1').replace('ustar\0\0\0', 'ustar  \0'))],
    ['.gz', gzipSync(archive)],
    ['.zst', storedZstd(archive)],
  ])('is refused by its content in a file x.ndjson%s', async (ending, content) => {
    const fault = await faultOf(() => lines(content, `.ndjson${ending}`).describe());
    expect(fault).toMatchObject({ code: 'unsupported_archive', fault: 'user' });
    expect(fault.message).toContain('a tar archive');
  });
});
