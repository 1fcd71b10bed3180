import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { MigrationClient } from '../../src/client/migration-client.js';
import type { RunProgress } from '../../src/client/progress.js';
import { isBalanced } from '../../src/job/report.js';
import { progressQuery } from '../../src/workflows/definitions.js';
import { useBench } from '../support/migration.js';
import { until } from '../support/until.js';
import { idleJob, slowJob, smallJob } from './jobs.js';

const bench = useBench();
const stack = inject('stack');

/** Fails where a count of the later progress is below that of the earlier one. */
function expectNoStepBack(earlier: RunProgress['records'], later: RunProgress['records']): void {
  for (const count of ['read', 'written', 'dirty', 'filtered'] as const) {
    expect(later[count]).toBeGreaterThanOrEqual(earlier[count]);
  }
}

describe('progress', () => {
  it('holds what partitions that are being written have done, and the final counts are never below it', async () => {
    const run = await bench.client.start(await slowJob(bench));
    const seen = await until(async () => {
      const progress = await bench.client.progress(run);
      return progress.records.written > 0 && progress;
    });
    // Its one partition is under way, so all of it comes from the heartbeats.
    const handle = bench.temporal.workflow.getHandle(run.workflowId);
    expect((await handle.query(progressQuery)).records.read).toBe(0);
    expect(seen).toMatchObject({
      state: 'running',
      phase: 'writing',
      answered: true,
      partitions: { done: 0, running: 1, known: 1, listed: true },
      activities: [{ type: 'writeBatch', attempt: 1, heartbeat: { partition: 0 } }],
    });
    expect(isBalanced(seen.records)).toBe(true);
    expect(seen.messages).toBe(seen.records.written);
    expect(seen.sourceBytes.done).toBeGreaterThan(0);
    expect(seen.sourceBytes.done).toBeLessThan(seen.sourceBytes.total);

    const report = await bench.client.report(run);
    expect(report).toMatchObject({ job: run.workflowId, runId: run.runId, state: 'running', partitions: 0 });
    expectNoStepBack(seen.records, report.records);
    // By input as well, of which there is one.
    const [input] = report.inputs;
    expect(report.inputs).toEqual([{ name: input.name, ...report.records }]);

    await bench.client.cancel(run);
    const last = await bench.client.wait(run);
    expectNoStepBack(report.records, last.records);
  });

  it('goes on where no worker answers, with what the server knows', async () => {
    const nobody = await MigrationClient.connect({ taskQueue: `nobody-${randomUUID()}` });
    try {
      const run = await nobody.start(await idleJob(bench));
      expect(await nobody.progress(run)).toMatchObject({
        state: 'running',
        answered: false,
        activities: [],
        records: { read: 0 },
      });
      expect(await nobody.hasWorker()).toBe(false);
      expect(await bench.client.hasWorker()).toBe(true);
      await expect(nobody.wait(run, { patienceMs: 0 })).rejects.toMatchObject({
        code: 'no_worker',
        fault: 'world',
        mend: expect.stringContaining(nobody.taskQueue),
      });
      await bench.temporal.workflow.getHandle(run.workflowId).terminate();
      // One that never wrote a memo has a report all the same.
      expect(await nobody.report(run)).toMatchObject({
        state: 'terminated',
        records: { read: 0 },
        error: { code: 'terminated' },
      });
    } finally {
      await nobody.close();
    }
  });
});

describe('wait', () => {
  it('tells of progress that never goes back, and ends with the counts that are never below it', async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => `${n},some text of row ${n}`);
    const path = await bench.file('watched.csv', `id,text\n${rows.join('\n')}\n`);
    const job = bench.job({
      source: { type: 'csv', path },
      sink: { topic: 'orders' },
      settings: { partitionSize: '8 KiB', parallelism: 2, batch: { records: 10, inFlight: 1 } },
    });
    const seen: RunProgress[] = [];
    const run = await bench.client.start(job);
    const report = await bench.client.wait(run, { intervalMs: 50, onProgress: (now) => seen.push(now) });

    expect(report).toMatchObject({ state: 'completed', records: { read: 2_000, written: 2_000 } });
    expect(seen).not.toEqual([]);
    let last = seen[0].records;
    for (const { records } of [...seen, report]) {
      expectNoStepBack(last, records);
      last = records;
    }
    expect(report.partitions).toBeGreaterThan(3);
  });

  it('stops at a signal, with its reason; the run goes on', async () => {
    const run = await bench.client.start(await idleJob(bench));
    const stop = new AbortController();
    const reason = new Error('enough');
    const waiting = bench.client.wait(run, { signal: stop.signal, onProgress: () => stop.abort(reason) });
    await expect(waiting).rejects.toBe(reason);
    expect((await bench.client.describe(run)).state).toBe('running');
    await bench.client.cancel(run);
    await bench.client.wait(run);
  });
});

describe('describe', () => {
  it('tells the state, the activities and the page in the Temporal UI; once it has ended, the report', async () => {
    const running = await bench.client.start(await idleJob(bench));
    const ui = `${stack.temporal.ui}/namespaces/default/workflows/${running.workflowId}/${running.runId}`;
    const description = await until(async () => {
      const now = await bench.client.describe(running);
      return now.progress?.activities.some(({ state }) => state === 'started') && now;
    });
    expect(description).toMatchObject({
      run: running,
      state: 'running',
      taskQueue: bench.taskQueue,
      progress: { phase: 'validating', activities: [{ type: 'validateConnection', attempt: 1 }] },
      ui,
    });
    expect(description).not.toHaveProperty('report');
    expect(bench.client.uiLink(running)).toBe(ui);
    await bench.client.cancel(running);
    const cancelled = await bench.client.wait(running);
    const ended = await bench.client.describe(running);
    expect(ended).toMatchObject({ state: 'cancelled', report: cancelled });
    expect(ended).not.toHaveProperty('progress');
    expect(Date.parse(ended.ended ?? '')).toBeGreaterThanOrEqual(Date.parse(ended.started));
  });
});

describe('list', () => {
  it('holds the runs with what they noted, the latest first, and no more than asked for', async () => {
    const first = await bench.client.start(await smallJob(bench));
    await bench.client.wait(first);
    const second = await bench.client.start(await smallJob(bench, 'orders', { dirty: 2, errorLimit: 0 }));
    await bench.client.wait(second);
    const text = ({ workflowId, runId }: typeof first) => `${workflowId}/${runId}`;
    // The server's list lags behind by moments; other tests' runs stand in it as well.
    const listed = await until(async () => {
      const runs = await bench.client.list({ limit: 1_000 });
      const ours = runs.filter(({ run }) => [text(first), text(second)].includes(run));
      return ours.length === 2 && ours.every(({ state }) => state !== 'running') && ours;
    });
    expect(listed).toMatchObject([
      { job: second.workflowId, run: text(second), state: 'failed', phase: 'done' },
      { job: first.workflowId, run: text(first), state: 'completed', phase: 'done', records: { written: 3 } },
    ]);
    expect(listed[0].records.dirty).toBeGreaterThan(0);
    expect(await bench.client.list({ limit: 1 })).toHaveLength(1);
    expect(await bench.client.list({ limit: 0 })).toEqual([]);
  });
});
