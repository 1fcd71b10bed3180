import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import type { Report } from '../../src/job/report.js';
import { smallJob } from '../client/jobs.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { startWorkerProcess } from '../support/worker-process.js';
import { CLOSED_PORT, json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');

const queue = () => ['--task-queue', `test-${randomUUID()}`];

describe('run', () => {
  it('moves a file, and tells a person what became of it', async () => {
    const topic = await bench.topic();
    const job = await smallJob(bench, topic);
    const { name } = job.job;
    const { code, stdout, stderr } = await cli.run(['run', await cli.jobFile(job), ...queue()]);

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${name}: completed after `));
    expect(stdout).toContain('4 read = 3 written + 1 dirty + 0 filtered');
    expect(stdout).toContain(`run         ${name}/`);
    expect(stderr).toMatch(new RegExp(`^Started ${name}/[0-9a-f-]{36}\n${stack.temporal.ui}/namespaces/`));
    // The dirty record is told with its position, never with what stands in it.
    expect(stderr).toMatch(/^warn: .*small-1\.csv/m);
    // No terminal, so no bar and no colours: those would fill a log with control characters.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stderr).not.toMatch(/[\u001b\r]/);
    const bodies = (await readTopic(stack, topic)).map(({ body }) => body.toString());
    expect(bodies.sort()).toEqual(['{"id":1}', '{"id":2}', '{"id":3}']);
  });

  it('prints with --json the report alone, in the form that is promised', async () => {
    const topic = await bench.topic();
    const job = await smallJob(bench, topic);
    const result = await cli.run(['run', await cli.jobFile(job), '--json', ...queue()]);

    expect(result.code).toBe(0);
    const report = json<Report>(result);
    const counts = { read: 4, written: 3, dirty: 1, filtered: 0 };
    expect(report).toEqual({
      job: job.job.name,
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      state: 'completed',
      records: counts,
      messages: 3,
      bytes: '{"id":1}'.length * 3,
      durationMs: expect.any(Number),
      rate: expect.any(Number),
      retries: 0,
      duplicatesAtMost: 0,
      partitions: 1,
      warnings: [],
      inputs: [{ name: job.paths[0], ...counts }],
    });
    expect(await countTopic(stack, topic)).toBe(3);
    expect(await bench.client.report({ workflowId: report.job, runId: report.runId })).toEqual(report);
  });

  it('leaves the work to others with --no-worker, and takes another RocketMQ with --endpoints', async () => {
    const topic = await bench.topic();
    const path = await bench.file('elsewhere.csv', 'id\n1\n2\n');
    const job = bench.job({ source: { type: 'csv', path }, sink: { topic, endpoints: CLOSED_PORT } });
    const worker = await startWorkerProcess(bench.taskQueue);
    try {
      const where = ['--endpoints', stack.rocketmq.endpoints, '--task-queue', bench.taskQueue];
      const result = await cli.run(['run', await cli.jobFile(job), '--no-worker', '--json', ...where]);
      expect(result.code).toBe(0);
      expect(json<Report>(result)).toMatchObject({ state: 'completed', records: { written: 2 } });
      expect(result.stderr).not.toContain('no worker polls');
      expect(await countTopic(stack, topic)).toBe(2);
    } finally {
      await worker.end('SIGTERM');
    }
    // It drains and ends in good order.
    expect(worker.child.exitCode).toBe(0);
  });
});

describe('a run that fails ends with 1, and its report says why', () => {
  it('past the error limit', async () => {
    const topic = await bench.topic();
    const job = await smallJob(bench, topic, { dirty: 3, errorLimit: 1 });
    const { code, stdout } = await cli.run(['run', await cli.jobFile(job), ...queue()]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/: failed after /);
    expect(stdout).toContain('error (error_limit)');
    expect(stdout).toContain('settings.errorLimit');
    expect(await countTopic(stack, topic)).toBe(3);
  });

  it('for a topic that is not there, also with --json', async () => {
    const topic = `t-${randomUUID()}`;
    const job = await smallJob(bench, topic);
    const result = await cli.run(['run', await cli.jobFile(job), '--json', ...queue()]);
    expect(result.code).toBe(1);
    expect(json<Report>(result)).toMatchObject({
      state: 'failed',
      records: { read: 0 },
      error: { code: 'topic_not_found', fault: 'user', mend: expect.stringContaining(topic) },
    });
  });
});
