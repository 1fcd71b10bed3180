import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../src/dev/topics.js';
import { halfWay } from '../support/half-way.js';
import { useBench } from '../support/migration.js';
import { readTopic, type StoredMessage } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const stack = inject('stack');
const SINKS = {
  nameserver: { namesrvAddr: stack.rocketmq.namesrvAddr, transport: 'nameserver' },
  proxy: {},
} as const;
const KEYS = 37;

/** A job over a file of several partitions, in which every key comes again and again with a higher number. */
async function orderedJob(transport: keyof typeof SINKS, rows: number, records: number) {
  const topic = `t-${randomUUID()}`;
  await createTopic(stack, topic, { type: 'FIFO' });
  const lines = Array.from({ length: rows }, (_, n) => `key ${(n * 7) % KEYS},${n},${'x'.repeat(40)}`);
  const path = await bench.file(`${topic}.csv`, `key,n,text\n${lines.join('\n')}\n`);
  const job = bench.job({
    source: { type: 'csv', path, columns: { n: 'integer' } },
    sink: { topic, keyFields: ['key'], order: 'key', ...SINKS[transport] },
    settings: { partitionSize: '64 KiB', parallelism: 4, batch: { records, inFlight: 4 } },
  });
  return { topic, job };
}

/** The numbers of each key, in the order of the queue that they are in. */
function numbersByKey(messages: readonly StoredMessage[]) {
  const sorted = messages.toSorted((a, b) => a.queueId - b.queueId || a.queueOffset - b.queueOffset);
  const byKey = new Map<string, { queues: Set<number>; numbers: number[] }>();
  for (const { body, queueId } of sorted) {
    const { key, n } = JSON.parse(body.toString()) as { key: string; n: number };
    const seen = byKey.get(key) ?? { queues: new Set(), numbers: [] };
    seen.queues.add(queueId);
    seen.numbers.push(n);
    byKey.set(key, seen);
  }
  return [...byKey.values()];
}

function expectOrder(messages: readonly StoredMessage[]) {
  const keys = numbersByKey(messages);
  expect(keys).toHaveLength(KEYS);
  for (const { queues, numbers } of keys) {
    expect(queues.size).toBe(1);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
}

describe('with sink.order: key', () => {
  it.each([
    ['nameserver', 10_000, 100],
    ['proxy', 2000, 100],
  ] as const)(
    'messages of a key are in one queue, in the order of the source: %s',
    async (transport, rows, records) => {
      const { topic, job } = await orderedJob(transport, rows, records);
      const report = await bench.run(job);
      expect(report).toMatchObject({ state: 'completed', messages: rows, duplicatesAtMost: 0 });
      expect(report.partitions).toBeGreaterThan(1);
      const messages = await readTopic(stack, topic);
      expect(messages).toHaveLength(rows);
      expectOrder(messages);
      // What makes a consumer take them one after the other.
      expect(messages.every(({ properties }) => properties.__SHARDINGKEY?.startsWith('key%20'))).toBe(true);
    },
  );

  it('a worker that is killed half-way leaves order and number as they are, by the name server', {
    timeout: 120_000,
  }, async (context) => {
    const rows = 15_000;
    const { topic, job } = await orderedJob('nameserver', rows, 10);
    const { run, client, worker, startWorker } = await halfWay(job, context);
    await worker.end('SIGKILL');
    await startWorker();
    const report = await client.wait(run);
    expect(report).toMatchObject({ state: 'completed', messages: rows, duplicatesAtMost: 0 });
    const messages = await readTopic(stack, topic);
    expect(messages).toHaveLength(rows);
    expectOrder(messages);
  });

  it.each(['nameserver', 'proxy'] as const)(
    'so does a pause, also again and again, by %s',
    {
      timeout: 120_000,
    },
    async (transport) => {
      const rows = 15_000;
      const { topic, job } = await orderedJob(transport, rows, 50);
      const { client } = bench;
      const run = await client.start(job);
      for (const part of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]) {
        await until(async () => (await client.progress(run)).records.written > rows * part);
        await client.pause(run);
        await client.resume(run);
      }
      const report = await client.wait(run);
      expect(report).toMatchObject({ state: 'completed', messages: rows, duplicatesAtMost: 0 });
      expect(report.changes).toHaveLength(12);
      const messages = await readTopic(stack, topic);
      expect(messages).toHaveLength(rows);
      expectOrder(messages);
    },
  );

  it('needs a topic of type FIFO', async () => {
    const topic = await bench.topic();
    const path = await bench.file(`${topic}.csv`, 'key\na\n');
    const sink = { topic, keyFields: ['key'], order: 'key' as const };
    const report = await bench.run(bench.job({ source: { type: 'csv', path }, sink }));
    expect(report).toMatchObject({ state: 'failed', error: { code: 'topic_type', fault: 'user' } });
  });
});
