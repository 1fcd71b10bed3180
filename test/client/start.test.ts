import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useBench } from '../support/migration.js';
import { idleJob, smallJob } from './jobs.js';

const bench = useBench();

describe('start', () => {
  it('refuses a second run of a job while one is going on, and allows it afterwards', async () => {
    const job = await idleJob(bench);
    const run = await bench.client.start(job);
    expect(run.workflowId).toBe(job.job.name);
    const refused = { code: 'already_running', fault: 'user', mend: expect.stringContaining(job.job.name) };
    await expect(bench.client.start(job)).rejects.toMatchObject(refused);
    await expect(bench.client.checkNotRunning(job.job.name)).rejects.toMatchObject(refused);

    await bench.client.cancel(run);
    await bench.client.wait(run);
    await bench.client.checkNotRunning(job.job.name);
    const next = await bench.client.start(job);
    expect(next.runId).not.toBe(run.runId);
    await bench.client.cancel(next);
    await bench.client.wait(next);
  });

  it('does not mind a job that has never run', async () => {
    await expect(bench.client.checkNotRunning(`job-${randomUUID()}`)).resolves.toBeUndefined();
  });
});

describe('a job that has run more than once', () => {
  it("has its latest run under the job's name, and each older one under its id", async () => {
    const job = await smallJob(bench);
    const older = await bench.client.start(job);
    const olderReport = await bench.client.wait(older);
    const newer = await bench.client.start(await idleJob(bench, job.job.name));

    // The newer one is going on: nothing that is asked of the older one may end up with it.
    const byName = { workflowId: job.job.name };
    expect(await bench.client.report(older)).toEqual(olderReport);
    expect(await bench.client.wait(older)).toEqual(olderReport);
    expect(await bench.client.describe(older)).toMatchObject({ run: older, state: 'completed' });
    await expect(bench.client.cancel(older)).rejects.toMatchObject({ code: 'not_running' });
    expect(await bench.client.describe(byName)).toMatchObject({ run: newer, state: 'running' });
    expect(await bench.client.report(byName)).toMatchObject({ runId: newer.runId, state: 'running' });

    expect(await bench.client.cancel(byName)).toEqual(newer);
    expect(await bench.client.wait(byName)).toMatchObject({ runId: newer.runId, state: 'cancelled' });
    expect(await bench.client.report(older)).toEqual(olderReport);
  });
});

describe('a run that the server does not know', () => {
  it.each(['describe', 'report', 'progress', 'wait', 'cancel'] as const)('is refused by %s', async (ask) => {
    const job = `job-${randomUUID()}`;
    const unknown = { code: 'run_not_found', fault: 'user', message: expect.stringContaining(job) };
    await expect(bench.client[ask]({ workflowId: job })).rejects.toMatchObject(unknown);
    await expect(bench.client[ask]({ workflowId: job, runId: randomUUID() })).rejects.toMatchObject(unknown);
  });

  it('is also one of another workflow, and an id that is none of the job', async () => {
    const run = await bench.client.start(await smallJob(bench));
    await bench.client.wait(run);
    const otherRun = { ...run, runId: randomUUID() };
    await expect(bench.client.describe(otherRun)).rejects.toMatchObject({ code: 'run_not_found' });

    const workflowId = `other-${randomUUID()}`;
    await bench.temporal.workflow.start('somebodyElses', { workflowId, taskQueue: 'nobody' });
    await expect(bench.client.cancel({ workflowId })).rejects.toMatchObject({ code: 'run_not_found' });
    await bench.temporal.workflow.getHandle(workflowId).terminate();
  });
});
