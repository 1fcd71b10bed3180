import { describe, expect, inject, it } from 'vitest';
import type { JobInput } from '../../src/job/schema/job.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

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
});
