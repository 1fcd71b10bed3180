import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RunDescription } from '../../src/client/describe.js';
import type { RunListing } from '../../src/client/list.js';
import type { RunRef } from '../../src/client/run-ref.js';
import type { Report } from '../../src/job/report.js';
import { idleJob, slowJob, smallJob } from '../client/jobs.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');

let worker: WorkerProcess;
beforeAll(async () => {
  worker = await startWorkerProcess(bench.taskQueue);
});
afterAll(() => worker?.end('SIGTERM'));

const queue = () => ['--task-queue', bench.taskQueue];

describe('start, and what can be asked of the run from then on', () => {
  it('prints the run alone; watch, report and describe tell the same end', async () => {
    const job = await smallJob(bench);
    const started = await cli.run(['start', await cli.jobFile(job), '--json', ...queue()]);
    expect(started).toMatchObject({ code: 0, stderr: '' });
    const run = json<RunRef & { ui: string }>(started);
    expect(run).toEqual({
      workflowId: job.job.name,
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ui: `${stack.temporal.ui}/namespaces/default/workflows/${run.workflowId}/${run.runId}`,
    });

    const watched = await cli.run(['watch', `${run.workflowId}/${run.runId}`, '--json']);
    expect(watched.code).toBe(0);
    const report = json<Report>(watched);
    expect(report).toMatchObject({ state: 'completed', runId: run.runId, records: { read: 4, dirty: 1 } });

    const [asked, described, told] = await Promise.all([
      cli.run(['report', run.workflowId, '--json']),
      cli.run(['describe', run.workflowId, '--json']),
      cli.run(['describe', run.workflowId]),
    ]);
    expect(json(asked)).toEqual(report);
    expect(json<RunDescription>(described)).toMatchObject({ state: 'completed', ui: run.ui, report });
    expect(told.stdout).toContain(`run         ${run.workflowId}/${run.runId}\nstate       completed\n`);
    expect(told.stdout).toContain('4 read = 3 written + 1 dirty + 0 filtered');
  });

  it('warns where no worker is', async () => {
    const job = await idleJob(bench);
    const nobody = `nobody-${job.job.name}`;
    const { code, stdout, stderr } = await cli.run(['start', await cli.jobFile(job), '--task-queue', nobody]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${job.job.name}/[0-9a-f-]{36}\nhttp`));
    expect(stderr).toContain(`rocketlift worker --task-queue ${nobody}`);
    await bench.temporal.workflow.getHandle(job.job.name).terminate();
  });
});

describe('a run half-way', () => {
  it('is described, reported, listed and cancelled', async () => {
    const run = await bench.client.start(await slowJob(bench));
    await until(async () => (await bench.client.progress(run)).records.written > 0);
    const [described, told, asked] = await Promise.all([
      cli.run(['describe', run.workflowId, '--json']),
      cli.run(['describe', run.workflowId]),
      cli.run(['report', run.workflowId, '--json']),
    ]);
    const { progress } = json<RunDescription>(described);
    expect(progress).toMatchObject({ state: 'running', phase: 'writing', answered: true });
    expect(progress?.activities).toMatchObject([{ type: 'writeBatch', state: 'started', attempt: 1 }]);
    expect(progress?.records.written).toBeGreaterThan(0);
    expect(told.stdout).toMatch(/^phase +writing$/m);
    expect(told.stdout).toMatch(/writeBatch partition 0 of .*slow\.csv: started, attempt 1/);
    expect(json<Report>(asked)).toMatchObject({ state: 'running', records: { dirty: 0 } });

    // The list of the server follows by moments.
    await until(async () => {
      const runs = json<RunListing[]>(await cli.run(['list', '--json', '--limit', '100']));
      return runs.find((listed) => listed.run === `${run.workflowId}/${run.runId}`)?.state === 'running';
    });
    const list = await cli.run(['list', '--limit', '100']);
    expect(list.stdout).toMatch(/^STATE +STARTED +READ +WRITTEN +DIRTY +RUN\n/);
    expect(list.stdout).toMatch(new RegExp(`^running .* ${run.workflowId}/${run.runId}$`, 'm'));

    const cancelled = await cli.run(['cancel', `${run.workflowId}/${run.runId}`]);
    expect(cancelled.code).toBe(0);
    expect(cancelled.stdout).toContain(`${run.workflowId}: cancelled after `);
  });
});

describe('cancel', () => {
  it('only asks with --no-wait, and refuses a run that has ended', async () => {
    const run = await bench.client.start(await idleJob(bench));
    const asked = await cli.run(['cancel', run.workflowId, '--no-wait', '--json']);
    expect(asked.code).toBe(0);
    expect(json(asked)).toEqual(run);
    expect((await bench.client.wait(run)).state).toBe('cancelled');

    const again = await cli.run(['cancel', run.workflowId, '--json']);
    expect(again.code).toBe(2);
    expect(json(again)).toMatchObject({ error: { code: 'not_running', fault: 'user' } });
  });
});
