import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import type { Report } from '../../src/job/report.js';
import { idleJob, SLOW_ROWS, slowJob } from '../client/jobs.js';
import { countTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');

const queue = () => ['--task-queue', `test-${randomUUID()}`];

/** Resolves when the job's run has written something. */
async function writes(workflowId: string): Promise<void> {
  await until(async () => (await bench.client.progress({ workflowId })).records.written > 0);
}

// They mostly wait, on queues and jobs of their own: none minds the others.
describe.concurrent('Ctrl-C', () => {
  it('on run drains and cancels: what the report counts is what arrived', async () => {
    const topic = await bench.topic();
    const job = await slowJob(bench, topic);
    const run = cli.start(['run', await cli.jobFile(job), ...queue()]);
    await run.says(/^Started /m);
    await writes(job.job.name);
    // Plain lines where no terminal is.
    await run.says(/^(validating|partitioning|writing|no answer from a worker): [\d,]+ records?/m);
    run.interrupt();
    const { code, stdout, stderr } = await run.result;

    expect(code).toBe(130);
    expect(stderr).toContain('Cancelling');
    expect(stdout).toMatch(new RegExp(`^${job.job.name}: cancelled after `));
    const report = await bench.client.report({ workflowId: job.job.name });
    expect(report).toMatchObject({ state: 'cancelled', duplicatesAtMost: 0 });
    expect(report.records.written).toBeLessThan(SLOW_ROWS);
    expect(stdout).toContain(`${report.records.written.toLocaleString('en-US')} written`);
    expect(await countTopic(stack, topic)).toBe(report.records.written);
  });

  it('on run a second time leaves at once; the run is cancelled all the same', async () => {
    const job = await idleJob(bench);
    const [flag, taskQueue] = queue();
    const run = cli.start(['run', await cli.jobFile(job), '--no-worker', flag, taskQueue]);
    // Nobody polls the queue, so nobody drains: the first Ctrl-C alone would not end it.
    await run.says(/no worker polls the task queue/);
    await run.says(/^Started /m);
    run.interrupt();
    await run.says(/Ctrl-C again leaves at once/);
    const handle = bench.temporal.workflow.getHandle(job.job.name);
    await until(async () => {
      const { events } = await handle.fetchHistory();
      return events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes);
    });
    run.interrupt();

    expect(await run.result).toMatchObject({ code: 130, stdout: '' });
    await handle.terminate();
  });

  it('on watch stops watching; the run goes on', async () => {
    const run = await bench.client.start(await idleJob(bench));
    const watch = cli.start(['watch', run.workflowId]);
    await watch.says(/^no answer from a worker: /m);
    watch.interrupt();

    const { code, stdout, stderr } = await watch.result;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain(`rocketlift cancel ${run.workflowId}`);
    const handle = bench.temporal.workflow.getHandle(run.workflowId);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
  });
});

describe.concurrent('a run that somebody else cancels', () => {
  it('ends run and watch with 4, and cancel, which did what it was asked, with 0', async () => {
    const job = await idleJob(bench);
    const run = cli.start(['run', await cli.jobFile(job), '--json', ...queue()]);
    await run.says(/^Started /m);
    const watch = cli.start(['watch', job.job.name]);
    await watch.says(/^(validating|no answer from a worker): /m);
    const cancelled = await cli.run(['cancel', job.job.name, '--json']);
    const watched = await watch.result;
    const ran = await run.result;

    expect([cancelled.code, watched.code, ran.code]).toEqual([0, 4, 4]);
    const report = json<Report>(ran);
    expect(report).toMatchObject({ job: job.job.name, state: 'cancelled', records: { read: 0 } });
    expect(json(cancelled)).toEqual(report);
    expect(watched.stdout).toContain(`${job.job.name}: cancelled after `);
  });
});
