import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../src/dev/topics.js';
import type { LoadedJob } from '../../src/job/parse.js';
import { smallJob } from '../client/jobs.js';
import { countTopic } from '../support/topic-reader.js';
import { CLOSED_PORT, json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');

interface Output {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly error?: { readonly code: string };
  }[];
}

let good: LoadedJob;
beforeAll(async () => {
  good = await smallJob(bench, await bench.topic());
});

/** What check says of a job: its exit code, and the code of each check's error. */
async function findings(job: LoadedJob, env: Record<string, string> = {}) {
  const result = await cli.run(['check', await cli.jobFile(job), '--json'], { env });
  const { ok, checks } = json<Output>(result);
  expect(ok).toBe(result.code === 0);
  return {
    code: result.code,
    ...Object.fromEntries(checks.map(({ name, ok, error }) => [name, ok || error?.code])),
  };
}

describe('check', () => {
  it('of a job that can run ends with 0, tells what it found, and sends nothing', async () => {
    const { code, stdout } = await cli.run(['check', await cli.jobFile(good)]);
    expect(code).toBe(0);
    expect(stdout).toContain(`describes the job ${good.job.name}`);
    expect(stdout).toContain(`✓ temporal: ${stack.temporal.address}, namespace default`);
    expect(stdout).toMatch(
      new RegExp(`✓ source and topic: 1 input of \\d+ B; topic ${good.job.sink.topic} on `),
    );
    // The search attributes are registered here.
    expect(stdout).not.toContain('search-attribute create');
    expect(await countTopic(stack, good.job.sink.topic)).toBe(0);
    expect(await findings(good)).toEqual({ code: 0, job: true, temporal: true, 'source and topic': true });
  });

  it('names a worker that is missing, which is no mistake', async () => {
    const nobody = `nobody-${randomUUID()}`;
    const { code, stdout } = await cli.run(['check', await cli.jobFile(good), '--task-queue', nobody]);
    expect(code).toBe(0);
    expect(stdout).toContain(`! no worker polls the task queue "${nobody}"`);
  });

  it.concurrent.each([
    ['a file', 'file_not_found', 'no-such.csv', { topic: 'orders' }, '20s'],
    ['a topic', 'topic_not_found', 'small-1.csv', { topic: `t-${randomUUID()}` }, '20s'],
    ['a RocketMQ', 'rocketmq_unreachable', 'small-1.csv', { topic: 'orders', endpoints: CLOSED_PORT }, '1s'],
  ])('of %s that is not there ends with 1', async (_, error, path, sink, connectTimeout) => {
    const job = bench.job({ source: { type: 'csv', path }, sink, settings: { connectTimeout } });
    expect(await findings(job)).toEqual({ code: 1, job: true, temporal: true, 'source and topic': error });
  });

  it('of a Temporal that is not there ends with 3, and looks at the rest all the same', async () => {
    expect(await findings(good, { TEMPORAL_ADDRESS: CLOSED_PORT })).toEqual({
      code: 3,
      job: true,
      temporal: 'temporal_unreachable',
      'source and topic': true,
    });
  });

  it.each([
    ['by the proxy', {}],
    ['by the name server', { namesrvAddr: stack.rocketmq.namesrvAddr, transport: 'nameserver' } as const],
  ])(
    'tells what the servers say of the topic, and of one of another type what is wrong, %s',
    async (_, by) => {
      const { source } = good.job;
      const job = (topic: string) => bench.job({ source: { ...source }, sink: { topic, ...by } });
      const result = await cli.run(['check', await cli.jobFile(job(good.job.sink.topic)), '--json']);
      expect(json<Output>(result).checks[2]).toMatchObject({
        ok: true,
        topics: [
          {
            name: good.job.sink.topic,
            writableQueues: 8,
            brokers: [{ name: 'broker-a', readableQueues: 8, writableQueues: 8 }],
            type: 'NORMAL',
            maxMessageBytes: 4 * 1024 * 1024,
          },
        ],
      });
      const { stdout } = await cli.run(['check', await cli.jobFile(job(good.job.sink.topic))]);
      expect(stdout).toContain('type NORMAL, messages of 4.0 MiB at most');
      expect(stdout).toContain('broker-a: 8 readable queues, 8 writable');

      const delayed = `t-${randomUUID()}`;
      await createTopic(stack, delayed, { type: 'DELAY' });
      expect(await findings(job(delayed))).toMatchObject({ code: 1, 'source and topic': 'topic_type' });
    },
  );
});
