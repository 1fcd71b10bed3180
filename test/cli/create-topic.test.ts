import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import type { JobInput } from '../../src/job/schema/job.js';
import type { TopicDetails } from '../../src/rocketmq/nameserver/topic-admin.js';
import { startWorker } from '../../src/worker/worker.js';
import { readTopic } from '../support/topic-reader.js';
import { json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');
const { namesrvAddr } = stack.rocketmq;

async function job(sink: Partial<JobInput['sink']> & { topic: string }) {
  const path = await bench.file('three.csv', 'id\n1\n2\n3\n');
  return bench.job({
    source: { type: 'csv', path },
    sink: { namesrvAddr, transport: 'nameserver', ...sink },
  });
}

const check = async (sink: Parameters<typeof job>[0]) =>
  json<{ checks: { ok: boolean; message: string; error?: { code: string } }[] }>(
    await cli.run(['check', await cli.jobFile(await job(sink)), '--json']),
  ).checks[2];

const described = async (topic: string) =>
  json<{ topics?: TopicDetails[]; error?: { code: string } }>(
    await cli.run(['topics', topic, '--namesrv', namesrvAddr, '--json']),
  );

describe('a topic that is missing', () => {
  it.each([
    ['the name server', 'nameserver', undefined, 'NORMAL'],
    ['the proxy, which was asked for it before', 'proxy', undefined, 'NORMAL'],
    ['the name server, with messages that come later', 'nameserver', '1s', 'DELAY'],
  ] as const)(
    'is created by a run where the job says so, and never by a check: by %s',
    async (_, transport, delay, type) => {
      const topic = `t-${randomUUID()}`;
      const sink = { topic, transport, ...(delay && { delay }) };
      expect(await check(sink)).toMatchObject({ ok: false, error: { code: 'topic_not_found' } });
      const creating = { ...sink, createTopic: { queues: 3 } };
      const found = await check(creating);
      expect(found.ok).toBe(true);
      expect(found.message).toContain(
        `does not exist, and a run creates it: 3 queues of type ${type} on broker-a`,
      );
      expect(await described(topic)).toMatchObject({ error: { code: 'topic_not_found' } });

      const worker = await startWorker({ taskQueue: bench.taskQueue });
      try {
        const report = await bench.run(await job(creating));
        expect(report).toMatchObject({
          state: 'completed',
          records: { written: 3 },
          warnings: [
            `Topic ${topic} did not exist; it was created with 3 queues of type ${type} on broker-a.`,
          ],
        });
        const brokers = [{ broker: 'broker-a', readableQueues: 3, writableQueues: 3 }];
        expect(await described(topic)).toMatchObject({ topics: [{ type, brokers }] });
        if (!delay) expect(await readTopic(stack, topic)).toHaveLength(3);

        // It is there now, and stays as it is.
        const again = await bench.run(await job({ ...creating, createTopic: { queues: 5 } }));
        expect(again).toMatchObject({ state: 'completed', warnings: [] });
        expect(await described(topic)).toMatchObject({ topics: [{ type, brokers }] });
      } finally {
        await worker.stop();
      }
    },
    120_000,
  );

  it('is not created in a cluster that is not there', async () => {
    const topic = `t-${randomUUID()}`;
    const found = await check({ topic, createTopic: { cluster: 'elsewhere' } });
    expect(found).toMatchObject({ ok: false, error: { code: 'cluster_unclear', fault: 'user' } });
  });
});
