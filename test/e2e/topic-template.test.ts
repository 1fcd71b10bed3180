/** Jobs whose topic is a template: every table goes to a topic of its own. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../src/dev/topics.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { keeping } from '../support/keeping.js';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const stack = inject('stack');
const { namesrvAddr } = stack.rocketmq;
const { kept, finish } = keeping(bench);

const TRANSPORTS = ['nameserver', 'proxy'] as const;

/** Folders of an export: tables of databases, with so many rows in each of their files. */
async function exported(files: Record<string, number>) {
  const id = randomUUID().slice(0, 8);
  for (const [file, rows] of Object.entries(files)) {
    const name = join(id, file);
    await mkdir(join(bench.folder, name, '..'), { recursive: true });
    const lines = Array.from({ length: rows }, (_, n) => JSON.stringify({ id: n, of: file }));
    await bench.file(name, `${lines.join('\n')}\n`);
  }
  return { id, path: join(bench.folder, id, '*/*.ndjson') };
}

/** What a test says of a job beside its source; the topics are called after the export. */
type Over = { sink?: Partial<JobInput['sink']> } & Pick<Partial<JobInput>, 'verify' | 'dirty' | 'settings'>;

const jobOf = ({ id, path }: { id: string; path: string }, { sink, ...over }: Over) =>
  bench.job({
    source: { type: 'ndjson', path },
    sink: { namesrvAddr, topic: `t${id}-\${database}-\${table}`, ...sink },
    ...over,
  } as never);

/** From which files the messages of a topic come, and how many from each. */
async function contentOf(topic: string) {
  const files: Record<string, number> = {};
  for (const { body } of await readTopic(stack, topic)) {
    const { of } = JSON.parse(body.toString()) as { of: string };
    files[of] = (files[of] ?? 0) + 1;
  }
  return files;
}

const FILES = {
  'shop/orders.0001.ndjson': 400,
  'shop/orders.0002.ndjson': 300,
  'shop/items.ndjson': 200,
  'crm/orders.ndjson': 100,
};

describe.concurrent('a topic for each table', { timeout: 120_000 }, () => {
  it.each(TRANSPORTS)('holds the records of its table and no others, proved: by %s', async (transport) => {
    const data = await exported(FILES);
    const names = ['crm-orders', 'shop-items', 'shop-orders'].map((name) => `t${data.id}-${name}`);
    for (const name of names) await createTopic(stack, name);
    const report = await bench.run(jobOf(data, { sink: { transport }, verify: { sample: 5 } }));
    expect(report).toMatchObject({
      state: 'completed',
      records: { written: 1000 },
      duplicatesAtMost: 0,
      warnings: [],
      verified: { mode: 'sample', arrived: 1000, least: 1000, most: 1000 },
    });
    expect(report.verified?.sampled).toBeGreaterThanOrEqual(4 * 5);
    expect(report.topics).toEqual(
      [100, 200, 700].map((messages, i) => ({ name: names[i], messages, duplicatesAtMost: 0 })),
    );
    expect(await contentOf(names[0])).toEqual({ 'crm/orders.ndjson': 100 });
    expect(await contentOf(names[1])).toEqual({ 'shop/items.ndjson': 200 });
    expect(await contentOf(names[2])).toEqual({
      'shop/orders.0001.ndjson': 400,
      'shop/orders.0002.ndjson': 300,
    });
  });

  it.each(TRANSPORTS)('is named before the first row where it is missing: by %s', async (transport) => {
    const data = await exported(FILES);
    const there = `t${data.id}-crm-orders`;
    await createTopic(stack, there);
    const report = await bench.run(jobOf(data, { sink: { transport } }));
    expect(report).toMatchObject({
      state: 'failed',
      records: { read: 0 },
      error: { code: 'topic_not_found', fault: 'user' },
    });
    expect(report.error?.message).toMatch(
      new RegExp(
        `^2 of 3 topics .*t${data.id}-shop-items does not exist.*t${data.id}-shop-orders does not exist`,
      ),
    );
    expect(await countTopic(stack, there)).toBe(0);
  });

  it('is created where the job says so, and keeps the order of keys', async () => {
    const data = await exported(FILES);
    const sink: Over['sink'] = {
      transport: 'nameserver',
      namespace: 'NS',
      createTopic: { queues: 3 },
      order: 'key',
      keyFields: ['id'],
    };
    const report = await bench.run(jobOf(data, { sink, verify: 'count' }));
    expect(report).toMatchObject({
      state: 'completed',
      records: { written: 1000 },
      verified: { arrived: 1000 },
    });
    expect(report.warnings).toEqual([
      expect.stringMatching(/^3 topics did not exist: NS%.* with 3 queues of type FIFO on broker-a\.$/),
    ]);
    const name = `NS%t${data.id}-shop-orders`;
    expect(report.topics?.at(-1)).toEqual({ name, messages: 700, duplicatesAtMost: 0 });
    const queues = new Map<number, Set<number>>();
    for (const { body, queueId } of await readTopic(stack, name)) {
      const { id } = JSON.parse(body.toString()) as { id: number };
      queues.set(id, (queues.get(id) ?? new Set()).add(queueId));
    }
    expect(queues.size).toBe(400);
    for (const ofKey of queues.values()) expect(ofKey.size).toBe(1);
  });

  it('is told apart when a cancelled run is tried again', async () => {
    const data = await exported({ 'shop/a.ndjson': 3000, 'shop/b.ndjson': 3000, 'shop/c.ndjson': 3000 });
    const names = ['a', 'b', 'c'].map((table) => `t${data.id}-shop-${table}`);
    for (const name of names) await createTopic(stack, name);
    const job = jobOf(data, {
      sink: { transport: 'nameserver' },
      settings: { rate: { records: '2000/s' }, parallelism: 2, batch: { records: 50, inFlight: 2 } },
      verify: 'count',
    });
    const run = await bench.client.start(job);
    await until(async () => (await bench.client.progress(run)).records.written > 1000);
    await bench.client.cancel(run);
    const cancelled = await finish(run);
    expect(cancelled).toMatchObject({ state: 'cancelled', duplicatesAtMost: 0 });
    const counts = async () => Promise.all(names.map((name) => countTopic(stack, name)));
    expect(cancelled.topics?.map(({ messages }) => messages)).toEqual(await counts());
    const report = await finish(await bench.client.retry(run));
    expect(report).toMatchObject({
      state: 'completed',
      records: { written: 9000 },
      verified: { arrived: 9000, least: 9000, most: 9000 },
      warnings: [],
    });
    expect(await counts()).toEqual([3000, 3000, 3000]);
  });
});

describe('dirty records of many tables', () => {
  it('are replayed into the topics of their tables, from a folder, a topic, and a file of mended ones', async () => {
    const data = await exported({});
    for (const database of ['shop', 'crm']) {
      await mkdir(join(bench.folder, data.id, database), { recursive: true });
      await bench.file(
        join(data.id, database, 'orders.ndjson'),
        `{"id":1,"of":"${database}"}\n{"id":2,"of":"${database}"\n`,
      );
    }
    const names = ['crm', 'shop'].map((database) => `t${data.id}-${database}-orders`);
    for (const name of names) await createTopic(stack, name);
    const dirtyTopic = await bench.topic();
    const replayed: string[] = [];
    for (const dirty of [
      { mode: 'keep', path: 'dirty' },
      { mode: 'keep', topic: dirtyTopic, maxRawBytes: '1 KiB' },
    ] as const) {
      const run = await bench.client.start(jobOf(data, { sink: { transport: 'nameserver' }, dirty }));
      expect(await finish(run)).toMatchObject({ records: { read: 4, written: 2, dirty: 2 } });
      // Nothing is mended, so all are dirty again, each under its table.
      const again = await bench.client.replay(run);
      expect(await finish(again)).toMatchObject({
        state: 'completed',
        records: { read: 2, dirty: 2 },
        partitions: 2,
      });
      if ('topic' in dirty) continue;
      const mended = (await kept(run)).map(({ raw = '', ...entry }) => ({ ...entry, raw: `${raw}}` }));
      const records = await bench.file(
        `${data.id}.ndjson`,
        mended.map((entry) => JSON.stringify(entry)).join('\n'),
      );
      const report = await finish(await bench.client.replay(run, { records }));
      expect(report).toMatchObject({ state: 'completed', records: { read: 2, written: 2 } });
      expect(report.topics).toEqual(names.map((name) => ({ name, messages: 1, duplicatesAtMost: 0 })));
      replayed.push(...mended.map(({ id }) => id));
    }
    for (const [i, database] of ['crm', 'shop'].entries()) {
      const messages = await readTopic(stack, names[i]);
      // The job ran twice.
      expect(messages.map(({ body }) => (JSON.parse(body.toString()) as { id: number }).id).sort()).toEqual([
        1, 1, 2,
      ]);
      expect(await contentOf(names[i])).toEqual({ [database]: 3 });
      expect(messages.filter(({ id }) => replayed.includes(id))).toHaveLength(1);
    }
  });
});
