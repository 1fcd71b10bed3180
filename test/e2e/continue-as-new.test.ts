import { describe, expect, inject, it } from 'vitest';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');

describe('a run of many partitions', () => {
  it('continues as new with its history, and its report tells of all of them', async () => {
    const topic = await bench.topic();
    const rows = Array.from({ length: 12_000 }, (_, n) => `${n},${'x'.repeat(n % 30)}`);
    const paths = [
      await bench.file('many-1.csv', `id,text\n${rows.slice(0, 6000).join('\n')}\n`),
      await bench.file('many-2.csv', `id,text\n${rows.slice(6000).join('\n')}\n`),
    ];
    const job = bench.job({
      source: { type: 'csv', path: paths },
      sink: { topic },
      settings: { partitionSize: '1 KiB', parallelism: 8 },
    });
    const run = await bench.client.start(job);
    const report = await bench.client.wait(run);

    expect(report).toMatchObject({
      state: 'completed',
      runId: run.runId,
      records: { read: 12_000, written: 12_000, dirty: 0 },
      inputs: paths.map((name) => ({ name, read: 6000, written: 6000 })),
    });
    expect(report.partitions).toBeGreaterThan(150);
    const handle = bench.temporal.workflow.getHandle(run.workflowId, run.runId);
    expect((await handle.describe()).status.name).toBe('CONTINUED_AS_NEW');
    const messages = await readTopic(stack, topic);
    expect(messages).toHaveLength(12_000);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(12_000);
    expect(await bench.client.report(run)).toEqual(report);
  }, 120_000);
});
