import { describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../src/dev/topics.js';
import { halfWay, ROWS, slowJob, stored } from '../support/half-way.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench({ worker: false });
const stack = inject('stack');
const BY_NAME_SERVER = { namesrvAddr: stack.rocketmq.namesrvAddr, transport: 'nameserver' } as const;

const DONE = {
  state: 'completed',
  records: { read: ROWS, written: ROWS, dirty: 0 },
  duplicatesAtMost: 0,
  warnings: [],
};

describe.concurrent('by the name server, a worker that is killed half-way: another one asks what has arrived', {
  timeout: 180_000,
}, () => {
  it('and repeats nothing, be it killed twice', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker, startWorker } = await halfWay(
      await slowJob(bench, topic, { sink: BY_NAME_SERVER }),
      context,
    );
    await worker.end('SIGKILL');
    await (await startWorker()).end('SIGKILL');
    await startWorker();
    const report = await client.wait(run);

    expect(report).toMatchObject(DONE);
    expect(await stored(stack, topic)).toEqual({ records: ROWS, duplicates: 0 });
  });

  it('nor messages of several records', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker, startWorker } = await halfWay(
      await slowJob(bench, topic, { packed: true, sink: BY_NAME_SERVER }),
      context,
    );
    await worker.end('SIGKILL');
    await startWorker();
    const report = await client.wait(run);

    expect(report).toMatchObject(DONE);
    expect(await readTopic(stack, topic)).toHaveLength(report.messages);
  });

  it('and says so where a topic has queues that nobody can read', async (context) => {
    const topic = await bench.topic();
    await createTopic(stack, topic, { readable: 4 });
    const job = await slowJob(bench, topic, { sink: BY_NAME_SERVER });
    const { run, client, worker, startWorker } = await halfWay(job, context);
    await worker.end('SIGKILL');
    await startWorker();
    const { duplicatesAtMost, ...report } = await client.wait(run);

    expect(report).toMatchObject({
      state: 'completed',
      records: { written: ROWS },
      warnings: expect.arrayContaining([expect.stringContaining("has queues that can't be read")]),
    });
    await createTopic(stack, topic);
    const { records, duplicates } = await stored(stack, topic);
    expect(records).toBe(ROWS);
    expect(duplicates).toBeLessThanOrEqual(duplicatesAtMost);
    expect(duplicatesAtMost).toBeGreaterThan(0);
  });

  it('but takes nothing of another run for its own', async (context) => {
    const topic = await bench.topic();
    const job = await slowJob(bench, topic, { sink: BY_NAME_SERVER });
    const first = await halfWay(job, context);
    await first.client.wait(first.run);
    const { run, client, worker, startWorker } = await halfWay(job, context);
    await worker.end('SIGKILL');
    await startWorker();
    const report = await client.wait(run);

    expect(report).toMatchObject(DONE);
    expect(await readTopic(stack, topic)).toHaveLength(2 * ROWS);
  });
});
