/** Dirty records that are replayed from files; these may have been mended by hand. */
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { source as sourceSchema } from '../../src/job/schema/source.js';
import { type ReplayFrom, replaySource } from '../../src/replay/replay-source.js';
import { createSource } from '../../src/sources/registry.js';
import type { RecordBatch, Source } from '../../src/sources/source.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rocketlift-replayed-'));
});
afterAll(() => rm(root, { recursive: true }));

const noTopic = () => {
  throw new Error('no topic');
};

/** The records that are in a file, or in the folder of a run. */
const replayed = (
  from: Pick<ReplayFrom, 'records' | 'folder' | 'byTable'>,
  fields: object = { type: 'ndjson' },
) =>
  replaySource(
    sourceSchema.parse({ path: join(root, 'none'), ...fields }),
    { partitionSize: 1e9 },
    { before: { dirty: 1 }, ...from },
    noTopic,
  );

async function recordsFile(...lines: string[]): Promise<string> {
  const path = join(root, 'mended.ndjson');
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

describe('a replay that is stopped', () => {
  it('hears it while it reads lines that hold no records', async () => {
    const records = await recordsFile('\n'.repeat(1_000_000));
    const stop = new Error('stop');
    let looks = 0;
    const alive = () => {
      if (++looks > 2) throw stop;
    };
    await expect(replayed({ records, byTable: true }).describe(alive)).rejects.toBe(stop);
    looks = 0;
    const byTable = replayed({ records, byTable: true });
    await expect(byTable.partition(undefined, 1, 0, alive)).rejects.toBe(stop);

    const source = replayed({ records });
    const { partitions } = await source.partition(undefined, 1, 0, () => {});
    const controller = new AbortController();
    const reading = source.read(partitions[0], 0, controller.signal)[Symbol.asyncIterator]().next();
    controller.abort(stop);
    await expect(reading).rejects.toBe(stop);
  });
});

describe('a mended record', () => {
  const entry = { id: 'a', input: '/data/shop/orders.ndjson', whole: true, bytes: 8, raw: '{"a":1}' };

  it.each([
    ['input', { ...entry, input: undefined }],
    ['input', { ...entry, input: 5 }],
    ['encoding', { ...entry, raw: undefined, rawBase64: 'e30=', encoding: 'klingon' }],
    ['encoding', { ...entry, encoding: null }],
  ])('that lacks what its topic or its text is told from is refused, its %s named', async (field, mended) => {
    const records = await recordsFile(JSON.stringify(entry), JSON.stringify(mended));
    await expect(replayed({ records, byTable: true }).describe()).rejects.toMatchObject({
      code: 'dirty_entry',
      fault: 'user',
      message: expect.stringMatching(new RegExp(`^Line 2 .*"${field}"\\.$`)),
    });
  });

  it('is read in the encoding that it names, by any of its names', async () => {
    const gbk = {
      ...entry,
      raw: undefined,
      rawBase64: Buffer.from([0x7b, 0x22, 0xd6, 0xd0, 0x22, 0x3a, 0x31, 0x7d]),
    };
    const line = JSON.stringify({ ...gbk, rawBase64: gbk.rawBase64.toString('base64'), encoding: 'GB2312' });
    const source = replayed({ records: await recordsFile(line) });
    const { partitions } = await source.partition(undefined, 1, 0, () => {});
    const texts: string[] = [];
    for await (const batch of source.read(partitions[0], 0, new AbortController().signal)) {
      if (batch.shape === 'json') texts.push(Buffer.from(batch.json(0)).toString());
    }
    expect(texts).toEqual(['{"中":1}']);
  });
});

describe('what a replay holds in memory', () => {
  async function batchesOf(source: Source): Promise<RecordBatch[]> {
    const batches: RecordBatch[] = [];
    for (const partition of (await source.partition(undefined, 10, 0, () => {})).partitions)
      for await (const batch of source.read(partition, partition.start, new AbortController().signal))
        batches.push(batch);
    return batches;
  }

  it.each([
    ['csv', 'id,text\n', (n: number) => `${n},"some text"\n`, { columns: { id: 'string', text: 'string' } }],
    ['ndjson', '', (n: number) => `{"id":${n},"text":"some text"}\n`, {}],
  ])(
    'is the records alone that it reads again from %s, not what stands around them',
    async (type, head, line, columns) => {
      const path = join(root, `all.${type}`);
      await writeFile(path, head + Array.from({ length: 20_000 }, (_, n) => line(n)).join(''));
      const spec = { type, path, ...columns };
      const own = createSource(sourceSchema.parse(spec), { partitionSize: 1e9 });
      const [source] = (await own.partition(undefined, 1, 0, () => {})).partitions;
      const [batch] = await batchesOf(own);
      const lines = [0, 1, 2].map((n) => {
        const position = n === 0 ? source.start : batch.positionAfter(n - 1);
        return JSON.stringify({
          id: batch.id(n),
          input: path,
          position,
          whole: false,
          bytes: 20,
          raw: 'some',
          source,
        });
      });
      const [again] = await batchesOf(replayed({ records: await recordsFile(...lines) }, spec));
      for (const n of [0, 1, 2]) {
        expect(again.fault(n)).toBeUndefined();
        expect(again.raw(n)).toEqual(batch.raw(n));
        expect(again.bytes(n)).toBe(batch.bytes(n));
        expect(valuesOf(again, n)).toEqual(valuesOf(batch, n));
        // Small ones share a pool of Node.js.
        expect(again.raw(n).buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
      }
    },
  );

  const valuesOf = (batch: RecordBatch, n: number) =>
    batch.shape === 'text' ? batch.values(n) : Buffer.from(batch.json(n)).toString();

  it('does not depend on the bytes that an entry says that it has', async () => {
    const raw = JSON.stringify({ text: 'x'.repeat(500_000) });
    const line = (bytes: unknown) => JSON.stringify({ id: 'a', input: 'x.ndjson', whole: true, bytes, raw });
    const records = await recordsFile(...[0, -1e9, undefined, 'many', 0, 0].map(line));
    const batches = await batchesOf(replayed({ records }));
    expect(batches.map(({ length }) => length)).toEqual([2, 2, 2]);
  });
});

describe('the names of columns beside the records of a run', () => {
  it.each([
    ['too long', async (path: string) => truncate(path, 3 * 1024 ** 3)],
    ['not UTF-8', async (path: string) => writeFile(path, '{"columns":["\xe9"]}', 'latin1')],
    ['no names', async (path: string) => writeFile(path, '{"columns":"id"}')],
  ])('are the fault of the user where they are %s', async (_, spoil) => {
    const folder = join(root, 'run');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'partition-000000.ndjson'), '{"id":"a","input":"x.csv"}\n');
    await writeFile(join(folder, 'run.json'), '{}');
    await spoil(join(folder, 'run.json'));
    await expect(replayed({ folder }, { type: 'csv' }).describe()).rejects.toMatchObject({
      code: 'dirty_about_unreadable',
      fault: 'user',
    });
  });
});
