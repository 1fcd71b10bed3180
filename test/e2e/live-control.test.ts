import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { MigrationClient, type Tune } from '../../src/client/migration-client.js';
import type { RunRef } from '../../src/client/run-ref.js';
import { rateOf } from '../../src/job/report.js';
import { MIGRATION, resumePointQuery } from '../../src/workflows/definitions.js';
import { idleJob } from '../client/jobs.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const stack = inject('stack');

const ROWS = 40_000;

/** A job that takes some seconds: small requests, two partitions at once. */
async function steadyJob(topic: string, settings: object = {}) {
  const rows = Array.from({ length: ROWS }, (_, n) => `${n},some text of row ${n}`);
  const path = await bench.file(`${topic}.csv`, `id,text\n${rows.join('\n')}\n`);
  return bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic },
    settings: {
      partitionSize: '128 KiB',
      parallelism: 2,
      batch: { records: 50, inFlight: 2 },
      rate: { records: '20000/s' },
      ...settings,
    },
  });
}

const written = async (run: RunRef, more: number) =>
  until(async () => (await bench.client.progress(run)).records.written > more);

/** That every row arrived, and none twice. */
async function expectAllOnce(topic: string) {
  const ids = (await readTopic(stack, topic)).map(({ id }) => id);
  expect(ids).toHaveLength(ROWS);
  expect(new Set(ids).size).toBe(ROWS);
}

describe('a run that is paused', () => {
  it('sends nothing until it is resumed, says so everywhere, and repeats nothing', async () => {
    const topic = await bench.topic();
    const run = await bench.client.start(await steadyJob(topic));
    await written(run, ROWS / 10);
    await bench.client.pause(run, { by: 'Ann' });
    const paused = await bench.client.report(run);
    expect(paused).toMatchObject({ state: 'paused', changes: [{ by: 'Ann', what: 'pause' }] });
    expect(await bench.client.progress(run)).toMatchObject({
      state: 'paused',
      phase: 'paused',
      activities: [],
    });
    expect((await bench.client.describe(run)).state).toBe('paused');
    // What is acknowledged is in the report, to the last message.
    expect((await readTopic(stack, topic)).length).toBe(paused.records.written);
    await expect(bench.client.pause(run)).rejects.toMatchObject({ code: 'is_paused', fault: 'user' });

    await bench.client.resume(run, { by: 'Bob' });
    const report = await bench.client.wait(run);
    expect(report).toMatchObject({
      state: 'completed',
      duplicatesAtMost: 0,
      records: { read: ROWS, written: ROWS },
      changes: [
        { by: 'Ann', what: 'pause' },
        { by: 'Bob', what: 'resume' },
      ],
    });
    await expectAllOnce(topic);
  }, 120_000);

  it('can be cancelled, and gone on with by a retry', async () => {
    const topic = await bench.topic();
    const run = await bench.client.start(await steadyJob(topic));
    await written(run, ROWS / 10);
    await bench.client.pause(run);
    await bench.client.cancel(run, { by: 'Ann' });
    const cancelled = await bench.client.wait(run);
    expect(cancelled).toMatchObject({ state: 'cancelled', duplicatesAtMost: 0 });
    expect(cancelled.changes?.at(-1)).toMatchObject({ by: 'Ann', what: 'cancel' });
    expect((await readTopic(stack, topic)).length).toBe(cancelled.records.written);

    const again = await bench.client.retry(run);
    expect(again.runId).not.toBe(run.runId);
    const report = await bench.client.wait(again);
    expect(report).toMatchObject({
      state: 'completed',
      retryOf: `${run.workflowId}/${run.runId}`,
      records: { read: ROWS, written: ROWS },
      duplicatesAtMost: 0,
    });
    await expectAllOnce(topic);
    await expect(bench.client.retry(again)).rejects.toMatchObject({ code: 'nothing_to_retry' });
    // What came after it has written the rest already.
    await expect(bench.client.retry(run)).rejects.toMatchObject({ code: 'not_retryable' });
  }, 120_000);
});

describe('a retry', () => {
  it('has a time and a rate of its own, whatever the run before did, and clocks say', async () => {
    const topic = await bench.topic();
    const run = await bench.client.start(await steadyJob(topic));
    await written(run, ROWS / 10);
    await bench.client.tune(run, { rate: { records: 100 } });
    await bench.client.cancel(run);
    const { records: before } = await bench.client.wait(run);
    const again = await bench.client.retry(run);
    await until(async () => (await bench.client.progress(again)).phase === 'writing');
    const going = await bench.client.report(again);
    expect(going.rate).toBe(rateOf(going.records.written - before.written, going.durationMs));
    await bench.client.cancel(again, { now: true });
    const ended = await bench.client.wait(again);
    expect(ended.records.written).toBeGreaterThanOrEqual(before.written);
    expect(ended.rate).toBe(rateOf(ended.records.written - before.written, ended.durationMs));

    const { workflow } = bench.temporal;
    const point = await workflow.getHandle(run.workflowId, run.runId).query(resumePointQuery);
    const handle = await workflow.start(MIGRATION, {
      workflowId: run.workflowId,
      taskQueue: bench.taskQueue,
      args: [point?.input, { ...point?.state, startedAt: 0 }],
    });
    await bench.client.cancel({ workflowId: run.workflowId });
    const { durationMs } = await bench.client.wait({ workflowId: run.workflowId });
    const { startTime, closeTime } = await handle.describe();
    expect(durationMs).toBeLessThanOrEqual(Number(closeTime) - Number(startTime));
  }, 120_000);
});

describe('a run that is tuned', () => {
  it('goes on with other settings, and its report says who changed what', async () => {
    const topic = await bench.topic();
    const run = await bench.client.start(await steadyJob(topic, { rate: undefined, parallelism: 1 }));
    await written(run, 0);
    const settings = await bench.client.tune(
      run,
      { rate: { records: 30_000 }, parallelism: 4, errorLimit: { records: 7 } },
      { by: 'Ann' },
    );
    expect(settings).toMatchObject({ parallelism: 4, rate: { records: 30_000 }, limit: { records: 7 } });
    await until(async () => (await bench.client.progress(run)).partitions.running === 4);
    await bench.client.tune(run, { parallelism: 64 }, { by: 'Ann' });
    await bench.client.tune(run, { parallelism: 1, rate: { records: null } }, { by: 'Bob' });
    await until(async () => (await bench.client.progress(run)).partitions.running <= 1);
    const report = await bench.client.wait(run);
    expect(report).toMatchObject({ state: 'completed', duplicatesAtMost: 0 });
    expect(report.warnings).toEqual([expect.stringContaining('among 64 partitions')]);
    expect(report.changes?.map(({ by, what }) => `${by} ${what}`)).toEqual([
      'Ann parallelism: 1 → 4',
      'Ann rate: none → 30000 records/s',
      'Ann error limit: 100 dirty records → 7 dirty records',
      'Ann parallelism: 4 → 64',
      'Bob parallelism: 64 → 1',
      'Bob rate: 30000 records/s → none',
    ]);
    await expectAllOnce(topic);
  }, 120_000);

  it.each([
    [{}, 'invalid_tuning'],
    [{ parallelism: 0 }, 'invalid_tuning'],
    [{ parallelism: 1.5 }, 'invalid_tuning'],
    [{ rate: { records: 0 } }, 'invalid_tuning'],
    [{ rate: { bytes: -1 } }, 'invalid_tuning'],
    [{ errorLimit: { records: -1 } }, 'invalid_tuning'],
    [{ errorLimit: { ratio: 2 } }, 'invalid_tuning'],
    [{ rate: null } as unknown as Tune, 'invalid_tuning'],
    [{ errorLimit: null } as unknown as Tune, 'invalid_tuning'],
  ])('refuses %j', async (tuning, code) => {
    const run = await bench.client.start(await steadyJob('orders', { rate: { records: '10/s' } }));
    await until(async () => (await bench.client.progress(run)).phase === 'writing');
    await expect(bench.client.tune(run, tuning)).rejects.toMatchObject({ code, fault: 'user' });
    await expect(bench.client.resume(run)).rejects.toMatchObject({ code: 'not_paused' });
    await expect(bench.client.decide(run, { decision: 'continue' })).rejects.toMatchObject({
      code: 'not_held',
    });
    await bench.client.cancel(run, { now: true });
    const report = await bench.client.wait(run);
    expect(report).toMatchObject({ state: 'terminated', error: { code: 'terminated' } });
    await expect(bench.client.retry(run)).rejects.toMatchObject({ code: 'not_retryable' });
    await expect(bench.client.pause(run)).rejects.toMatchObject({ code: 'not_running' });
  });
});

it('a signal of any form ends no run', async () => {
  const run = await bench.client.start(await steadyJob('orders', { rate: { records: '100/s' } }));
  await bench.temporal.workflow.getHandle(run.workflowId).signal('announceCancel');
  await bench.client.cancel(run);
  expect((await bench.client.wait(run)).state).toBe('cancelled');
});

// Each waits for time to pass.
describe.concurrent('the rate of a job', () => {
  const TEN_SECONDS = 10_000;

  /** The most messages that the broker stored within any ten seconds. */
  async function mostInTenSeconds(topic: string) {
    const times = (await readTopic(stack, topic)).map(({ storedAt }) => storedAt).sort((a, b) => a - b);
    let most = 0;
    for (let first = 0, last = 0; last < times.length; last++) {
      while (times[last] - times[first] >= TEN_SECONDS) first++;
      most = Math.max(most, last - first + 1);
    }
    return { most, seconds: (times[times.length - 1] - times[0]) / 1000 };
  }

  it('is not passed by many small files either', async () => {
    const topic = await bench.topic();
    for (let file = 0; file < 150; file++) {
      const rows = Array.from({ length: 50 }, (_, n) => `${file * 50 + n},x`);
      await bench.file(`small-${topic}-${file}.csv`, `id,text\n${rows.join('\n')}\n`);
    }
    const job = bench.job({
      source: { type: 'csv', path: `${bench.folder}/small-${topic}-*.csv` },
      sink: { topic },
      settings: { parallelism: 4, rate: { records: '500/s' } },
    });
    expect(await bench.client.wait(await bench.client.start(job))).toMatchObject({
      state: 'completed',
      records: { written: 7_500 },
    });
    expect((await mostInTenSeconds(topic)).most).toBeLessThanOrEqual(500 * 10 * 1.05);
  }, 180_000);

  it.each([
    [100, 1_500],
    [2_000, ROWS],
  ])(
    'of %i/s is not passed in any ten seconds, by all partitions together',
    async (rate, rows) => {
      const topic = await bench.topic();
      const lines = Array.from({ length: rows }, (_, n) => `${n},some text of row ${n}`);
      const path = await bench.file(`${topic}.csv`, `id,text\n${lines.join('\n')}\n`);
      const job = bench.job({
        source: { type: 'csv', path },
        sink: { topic },
        // Partitions of different sizes in number end at different times.
        settings: {
          partitionSize: rows > 10_000 ? '300 KiB' : '10 KiB',
          parallelism: 3,
          rate: { records: `${rate}/s` },
        },
      });
      const run = await bench.client.start(job);
      const report = await bench.client.wait(run);
      expect(report).toMatchObject({ state: 'completed', records: { written: rows }, duplicatesAtMost: 0 });
      expect(report.partitions).toBeGreaterThan(2);
      const { most } = await mostInTenSeconds(topic);
      expect(most).toBeLessThanOrEqual(rate * 10 * 1.05);
    },
    180_000,
  );

  it('of bytes holds as well', async () => {
    const topic = await bench.topic();
    const rows = Array.from({ length: 3_000 }, (_, n) => `${n},${'x'.repeat(90)}`);
    const path = await bench.file(`${topic}.csv`, `id,text\n${rows.join('\n')}\n`);
    const job = bench.job({
      source: { type: 'csv', path },
      sink: { topic },
      settings: { partitionSize: '100 KiB', parallelism: 2, rate: { bytes: '20 KB/s' } },
    });
    const report = await bench.client.wait(await bench.client.start(job));
    expect(report).toMatchObject({ state: 'completed', records: { written: 3_000 } });
    const { most } = await mostInTenSeconds(topic);
    const perMessage = report.bytes / report.messages;
    expect(most * perMessage).toBeLessThanOrEqual(20_000 * 10 * 1.05);
  }, 120_000);
});

describe('an activity that is paused in the Temporal UI', () => {
  it('drains; when it is unpaused it goes on, and nothing is repeated', async () => {
    const topic = await bench.topic();
    const run = await bench.client.start(await steadyJob(topic, { parallelism: 1, partitionSize: '64 MiB' }));
    await written(run, ROWS / 10);
    const { activities } = await bench.client.progress(run);
    const activity = activities.find(({ type }) => type === 'writeBatch');
    const { workflowService } = bench.temporal;
    const request = { namespace: 'default', execution: { workflowId: run.workflowId }, id: activity?.id };
    await workflowService.pauseActivity({ ...request, identity: 'test' });
    const paused = await until(async () => {
      const now = await bench.client.progress(run);
      return now.activities.some(({ state }) => state === 'paused') && now;
    });
    // It has drained: what it said last is what arrived.
    expect((await readTopic(stack, topic)).length).toBe(paused.records.written);
    await workflowService.unpauseActivity({ ...request, identity: 'test' });
    const report = await bench.client.wait(run);
    expect(report).toMatchObject({ state: 'completed', duplicatesAtMost: 0, records: { written: ROWS } });
    await expectAllOnce(topic);
  }, 120_000);
});

describe('with no worker', () => {
  it('ends a change after a time, and says what is missing', async () => {
    const taskQueue = `nobody-${randomUUID()}`;
    const nobody = await MigrationClient.connect({ taskQueue });
    try {
      const run = await nobody.start(await idleJob(bench));
      await expect(nobody.pause(run, { patienceMs: 1000 })).rejects.toMatchObject({
        code: 'no_worker',
        fault: 'world',
        mend: expect.stringContaining(taskQueue),
      });
      await nobody.cancel(run, { now: true, by: 'Ann' });
      expect(await nobody.report(run)).toMatchObject({
        state: 'terminated',
        error: { message: expect.stringContaining('Ann') },
      });
    } finally {
      await nobody.close();
    }
  });
});
