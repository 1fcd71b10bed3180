/** Proof of arrival: what runs say that they wrote, against what brokers say that they hold. */
import { describe, expect, inject, it } from 'vitest';
import type { RunRef } from '../../src/client/run-ref.js';
import { createTopic, deleteTopic } from '../../src/dev/topics.js';
import type { JobInput } from '../../src/job/schema/job.js';
import type { TopicEnds } from '../../src/job/verify.js';
import { bodyDigest } from '../../src/rocketmq/body-digest.js';
import { findSince } from '../../src/rocketmq/verify.js';
import { useBench } from '../support/migration.js';
import { send } from '../support/send.js';
import { countTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const stack = inject('stack');
const { namesrvAddr, brokerAddr } = stack.rocketmq;

const ROWS = 6000;
/** Slow enough to be met half-way. */
const STEADY = { rate: { records: '3000/s' }, batch: { records: 50, inFlight: 2 } };

async function job(
  topic: string,
  verify: JobInput['verify'],
  { sink = {}, settings = {} }: { sink?: object; settings?: JobInput['settings'] } = {},
) {
  const rows = Array.from({ length: ROWS }, (_, n) =>
    n % 1000 === 999 ? 'broken,' : `${n},text of row ${n}`,
  );
  const path = await bench.file(`${topic}.csv`, `id,text\n${rows.join('\n')}\n`);
  return bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic, namesrvAddr, transport: 'nameserver', ...sink },
    settings: { partitionSize: '64 KiB', ...settings },
    verify,
  });
}

const DIRTY = ROWS / 1000;
const WRITTEN = ROWS - DIRTY;

const written = (run: RunRef, more: number) =>
  until(async () => (await bench.client.progress(run)).records.written > more);

/** Has a run met half-way, pauses it, does something to its topic, and lets it go on. */
async function disturbed(topic: string, verify: JobInput['verify'], disturb: () => Promise<void>) {
  const run = await bench.client.start(
    await job(topic, verify, { settings: { ...STEADY, partitionSize: '64 MiB' } }),
  );
  await written(run, ROWS / 10);
  await bench.client.pause(run);
  await disturb();
  await bench.client.resume(run);
  return { run, report: await bench.client.wait(run) };
}

describe.concurrent('a job that verifies', () => {
  it.each([
    ['the name server', {}, {}],
    ['the proxy', { transport: 'proxy' }, {}],
    ['the name server, many records in a message', { recordsPerMessage: 7 }, {}],
    ['the name server, one message a request', {}, { batch: { records: 1 } }],
    ['the name server, compressed', { recordsPerMessage: 100, compressOver: '1 KiB' }, {}],
  ] as const)('counts what arrived, and finds samples again: by %s', async (_, sink, settings) => {
    const topic = await bench.topic();
    // What was there before is no part of it.
    await send(brokerAddr, topic, { queue: 3, bodies: ['before', 'before'] });
    const report = await bench.run(await job(topic, { sample: 5 }, { sink, settings }));
    expect(report).toMatchObject({ state: 'completed', warnings: [], records: { written: WRITTEN } });
    const { messages, partitions, verified } = report;
    expect(verified).toMatchObject({ mode: 'sample', arrived: messages, least: messages, most: messages });
    expect(await countTopic(stack, topic)).toBe(messages + 2);
    // Of every partition five, and the first and the last, which may be among the five.
    expect(partitions).toBeGreaterThan(1);
    expect(verified?.sampled).toBeGreaterThanOrEqual(partitions * 5);
    expect(verified?.sampled).toBeLessThanOrEqual(partitions * 7);
  });

  it('says that others wrote where more arrived', async () => {
    const topic = await bench.topic();
    const { report } = await disturbed(topic, 'count', () =>
      send(brokerAddr, topic, { bodies: ['of another', 'of another'] }),
    );
    expect(report).toMatchObject({
      state: 'completed',
      verified: { mode: 'count', arrived: WRITTEN + 2, least: WRITTEN, most: WRITTEN },
      warnings: [expect.stringContaining('2 more than it can have written')],
    });
  });

  it('fails where messages are missing, and so does a retry, which sends nothing', async () => {
    const topic = await bench.topic();
    let lost = 0;
    const { run, report } = await disturbed(topic, 'count', async () => {
      lost = await countTopic(stack, topic);
      await deleteTopic(stack, topic);
      await createTopic(stack, topic);
    });
    expect(lost).toBeGreaterThan(0);
    const failed = {
      state: 'failed',
      records: { written: WRITTEN },
      error: {
        code: 'verify_failed',
        fault: 'world',
        message: expect.stringContaining(`: ${lost} are missing`),
      },
    };
    expect(report).toMatchObject(failed);
    const held = await countTopic(stack, topic);
    expect(held).toBe(WRITTEN - lost);
    expect(await bench.client.wait(await bench.client.retry(run))).toMatchObject(failed);
    expect(await countTopic(stack, topic)).toBe(held);
  }, 120_000);

  it('finds a message by its record id, behind where its queue ended before, and compares its body', async () => {
    const topic = await bench.topic();
    const own = (id: string) => ({ KEYS: `a-key ${id}`, rocketliftId: id });
    await send(brokerAddr, topic, { queue: 1, bodies: ['one'], properties: own('x-1') });
    await send(brokerAddr, topic, { queue: 1, bodies: ['one', 'one!'], properties: own('x-2') });
    const pick = (id: string, body: string) => ({ id, digest: bodyDigest(body), bytes: body.length });
    const find = (picks: ReturnType<typeof pick>[], before: TopicEnds = {}) =>
      findSince(
        { sink: { namesrvAddr, topic } },
        { before, picks },
        { stage: 'write', timeoutMs: 20_000, signal: new AbortController().signal },
      );
    expect(await find([pick('x-1', 'one'), pick('x-2', 'one!'), pick('x-2', 'one')])).toEqual([]);
    expect(await find([pick('x-1', 'other'), pick('x-2', 'one'), pick('x-3', 'one')])).toEqual([
      { id: 'x-1', why: 'other body' },
      { id: 'x-3', why: 'missing' },
    ]);
    // A key that is no record id proves nothing, and nor does what was there before.
    expect(await find([pick('a-key', 'one')])).toEqual([{ id: 'a-key', why: 'missing' }]);
    expect(await find([pick('x-1', 'one'), pick('x-2', 'one')], { 'broker-a': [0, 1] })).toEqual([
      { id: 'x-1', why: 'missing' },
    ]);
  });

  it('counts what a retry and the run before it wrote together', async () => {
    const topic = await bench.topic();
    const run = await bench.client.start(await job(topic, 'sample', { settings: STEADY }));
    await written(run, ROWS / 10);
    await bench.client.cancel(run);
    expect((await bench.client.wait(run)).verified).toBeUndefined();
    const report = await bench.client.wait(await bench.client.retry(run));
    expect(report).toMatchObject({
      state: 'completed',
      warnings: [],
      records: { written: WRITTEN },
      verified: { arrived: WRITTEN, least: WRITTEN, most: WRITTEN },
    });
    expect(report.verified?.sampled).toBeGreaterThanOrEqual(report.partitions * 10);
  }, 120_000);

  it('has nothing to find of an empty file', async () => {
    const topic = await bench.topic();
    const path = await bench.file(`${topic}.csv`, 'id\n');
    const sink = { topic, namesrvAddr, transport: 'nameserver' } as const;
    const report = await bench.run(bench.job({ source: { type: 'csv', path }, sink, verify: 'sample' }));
    expect(report).toMatchObject({
      state: 'completed',
      verified: { arrived: 0, least: 0, most: 0, sampled: 0 },
    });
  });
});
