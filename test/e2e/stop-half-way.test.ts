import { describe, expect, inject, it } from 'vitest';
import { heartbeatsOf } from '../../src/client/heartbeats.js';
import { addRecords, NO_RECORDS } from '../../src/job/report.js';
import { halfWay, ROWS, slowJob, stored } from '../support/half-way.js';
import { useBench } from '../support/migration.js';
import { until } from '../support/until.js';

const bench = useBench({ worker: false });
const stack = inject('stack');

describe.concurrent('a run that is met half-way', { timeout: 180_000 }, () => {
  it('goes on with another worker where its own is asked to stop; nothing is lost or repeated', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker, startWorker } = await halfWay(await slowJob(bench, topic), context);
    await worker.end('SIGTERM');
    await startWorker();
    const report = await client.wait(run);

    expect(report).toMatchObject({
      state: 'completed',
      records: { read: ROWS, written: ROWS, dirty: 0 },
      duplicatesAtMost: 0,
    });
    expect(await stored(stack, topic)).toEqual({ records: ROWS, duplicates: 0 });
  });

  it('drains when it is cancelled, and its report says just what arrived', async (context) => {
    const topic = await bench.topic();
    const { run, client } = await halfWay(await slowJob(bench, topic), context);
    await client.cancel(run);
    const report = await client.wait(run);

    expect(report).toMatchObject({ state: 'cancelled', duplicatesAtMost: 0 });
    expect(report.records.read).toBe(report.records.written);
    expect(report.records.written).toBeLessThan(ROWS);
    expect(await stored(stack, topic)).toEqual({ records: report.records.written, duplicates: 0 });
    expect(await client.report(run)).toEqual(report);
  });

  it('has a report also when it is cancelled and its worker had just been killed', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker, startWorker } = await halfWay(await slowJob(bench, topic), context);
    await worker.end('SIGKILL');
    await client.cancel(run);
    await startWorker();
    const report = await client.wait(run);

    expect(report.state).toBe('cancelled');
    expect(report.records.written).toBeGreaterThan(0);
    const { records, duplicates } = await stored(stack, topic);
    // What the killed worker sent beyond its last heartbeat stands in the topic, and in no count but this one.
    expect(records).toBeGreaterThanOrEqual(report.records.written);
    expect(records + duplicates - report.records.written).toBeLessThanOrEqual(report.duplicatesAtMost);
  });

  it('has a report from its last memo and heartbeats when it is terminated, also with no worker left', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker } = await halfWay(await slowJob(bench, topic), context);
    await worker.end('SIGKILL');
    await bench.temporal.workflow.getHandle(run.workflowId).terminate('a test');
    const report = await client.wait(run);

    expect(report).toMatchObject({ state: 'terminated', job: run.workflowId, runId: run.runId });
    expect(report.records.read).toBe(report.records.written + report.records.dirty);
  });

  it('counts once what it had done before it was paused, also where no worker is left to ask', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker } = await halfWay(await slowJob(bench, topic), context);
    await client.pause(run);
    const { records: before } = await client.report(run);
    // So slowly that no partition is done meanwhile.
    await client.tune(run, { rate: { records: 100 } });
    await client.resume(run);
    await until(async () => {
      const { activities } = await client.progress(run);
      return activities.length === 2 && activities.every(({ heartbeat }) => heartbeat);
    });
    await worker.end('SIGKILL');
    const { answered, activities } = await client.progress(run);
    expect(answered).toBe(false);
    const { records, inputs } = await client.report(run);
    expect(records.written).toBeGreaterThanOrEqual(before.written);
    expect(records).toEqual(
      heartbeatsOf(activities).reduce((sum, { watermark }) => addRecords(sum, watermark.records), NO_RECORDS),
    );
    expect(inputs.reduce(addRecords, NO_RECORDS)).toEqual(records);
    await client.cancel(run, { now: true });
    expect((await client.wait(run)).records).toEqual(records);
  });

  it('counts what it had done before it was paused, also where its worker is killed as soon as it goes on', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker } = await halfWay(await slowJob(bench, topic), context);
    await client.pause(run);
    const { records: before } = await client.report(run);
    await client.resume(run);
    await worker.end('SIGKILL');
    await client.cancel(run, { now: true });
    const { records } = await client.wait(run);
    expect(records.written).toBeGreaterThanOrEqual(before.written);
    expect(records.written).toBeLessThanOrEqual((await stored(stack, topic)).records);
  });

  it('fails when its file is changed, and the report says which one', async (context) => {
    const topic = await bench.topic();
    const { run, client } = await halfWay(await slowJob(bench, topic), context);
    const path = await bench.file(`${topic}.csv`, 'id,text\n1,changed\n');
    const report = await client.wait(run);

    expect(report).toMatchObject({ state: 'failed', error: { code: 'input_changed', fault: 'user' } });
    expect(report.error?.message).toContain(path);
    expect(report.records.read).toBe(report.records.written + report.records.dirty);
    const { records, duplicates } = await stored(stack, topic);
    expect(records + duplicates - report.records.written).toBeLessThanOrEqual(report.duplicatesAtMost);
  });
});
