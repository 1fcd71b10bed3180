import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import type { JobInput } from '../../src/job/schema/job.js';
import { useBench } from '../support/migration.js';
import { mqadmin } from '../support/mqadmin.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const stack = inject('stack');
const BY_NAME_SERVER = { namesrvAddr: stack.rocketmq.namesrvAddr, transport: 'nameserver' } as const;

async function migrate(
  rows: string[],
  over: { sink?: Partial<JobInput['sink']>; settings?: JobInput['settings'] },
) {
  const topic = await bench.topic();
  const path = await bench.file(`${topic}.csv`, `id,name,note\n${rows.join('\n')}\n`);
  const report = await bench.run(
    bench.job({
      source: { type: 'csv', path },
      sink: { topic, ...BY_NAME_SERVER, ...over.sink } as { topic: string },
      ...(over.settings && { settings: over.settings }),
    }),
  );
  return { topic, report };
}

describe('messages by the name server', () => {
  it('arrive with their bodies, keys, tags and properties, in batches and alone', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `${i},é世界 ${i},"a ""b"" ${'x'.repeat(i % 50)}"`);
    for (const records of [500, 1]) {
      const { topic, report } = await migrate(rows, {
        sink: { keyFields: ['id'], tag: 'import-${id}', properties: { origin: 'file ${name}' } },
        settings: { batch: { records } },
      });
      expect(report.error).toBeUndefined();
      expect(report).toMatchObject({ state: 'completed', messages: 5000, duplicatesAtMost: 0 });
      const stored = await readTopic(stack, topic);
      expect(stored).toHaveLength(5000);
      const byNumber = new Map(stored.map((message) => [message.keys[0], message]));
      for (const i of [0, 1, 2499, 4999]) {
        const message = byNumber.get(String(i));
        expect(JSON.parse(String(message?.body))).toEqual({
          id: String(i),
          name: `é世界 ${i}`,
          note: `a "b" ${'x'.repeat(i % 50)}`,
        });
        expect(message?.tag).toBe(`import-${i}`);
        expect(message?.keys).toEqual([String(i), message?.id]);
        expect(message?.properties.origin).toBe(`file é世界 ${i}`);
      }
      expect(new Set(stored.map(({ properties }) => properties.UNIQ_KEY)).size).toBe(5000);
    }
  });

  it('are compressed where that is asked for, and RocketMQ itself undoes it, in batches with others', async () => {
    const rows = Array.from(
      { length: 400 },
      (_, i) => `${i},row ${i},${'é'.repeat(i % 2 === 0 ? 10 : 3000)}`,
    );
    const { topic, report } = await migrate(rows, { sink: { compressOver: '4 KiB' } });
    expect(report).toMatchObject({ state: 'completed', messages: 400 });
    expect(report.bytes).toBeGreaterThan(200 * 6000);
    const stored = await readTopic(stack, topic);
    expect(stored.filter(({ body }) => body.length > 1000)).toEqual([]);

    const printed = await mqadmin(stack, bench.folder, 'printMsg', ['-t', topic, '-d', 'true']);
    for (const i of [0, 1, 398, 399]) {
      expect(printed).toContain(
        `"id":"${i}","name":"row ${i}","note":"${'é'.repeat(i % 2 === 0 ? 10 : 3000)}"`,
      );
    }
  });

  it('are delivered later where that is asked for, and not before', async () => {
    const topic = `t-${randomUUID()}`;
    const path = await bench.file(`${topic}.csv`, 'id,wait\n1,3600\n2,1\n');
    const delayed = {
      topic,
      ...BY_NAME_SERVER,
      createTopic: { queues: 8 },
      delay: { field: 'wait', unit: 's' },
    } as const;
    const report = await bench.run(bench.job({ source: { type: 'csv', path }, sink: delayed }));
    expect(report).toMatchObject({ state: 'completed', messages: 2 });
    await until(async () => (await countTopic(stack, topic)) > 0);
    const messages = await readTopic(stack, topic);
    expect(messages.map(({ body }) => JSON.parse(body.toString()).id)).toEqual(['2']);
  });
});
