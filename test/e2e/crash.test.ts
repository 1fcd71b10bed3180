import { afterEach, describe, expect, inject, it } from 'vitest';
import { RECORD_IDS_PROPERTY } from '../../src/job/message.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { storedZstd } from '../support/zstd.js';

const bench = useBench({ worker: false });
const stack = inject('stack');

const ROWS = 200_000;

const workers: WorkerProcess[] = [];
const startWorker = async () => {
  const worker = await startWorkerProcess(bench.taskQueue);
  workers.push(worker);
  return worker;
};
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.end('SIGKILL');
});

/** A job over one file in few partitions, slowed down by small requests so that it can be met half-way. */
async function slowJob(topic: string, recordsPerMessage?: number) {
  const rows = Array.from({ length: ROWS }, (_, n) => `${n},some text of row ${n}`);
  const path = await bench.file(`${topic}.csv`, `id,text\n${rows.join('\n')}\n`);
  return bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic, ...(recordsPerMessage && { recordsPerMessage }) },
    settings: {
      partitionSize: '3 MiB',
      parallelism: 2,
      batch: { records: recordsPerMessage ? 4 : 50, inFlight: 2 },
    },
  });
}

/** What the broker holds: how many messages, how many records they are, and whether those are all of them. */
async function stored(topic: string) {
  const messages = await readTopic(stack, topic);
  const ids = new Set(messages.map(({ body }) => JSON.parse(body.toString()).id));
  expect(new Set(messages.map(({ id }) => id)).size).toBe(ids.size);
  return { records: ids.size, duplicates: messages.length - ids.size };
}

describe('a worker that ends half-way', () => {
  it.each([
    ['is killed', 'SIGKILL'],
    ['is asked to stop', 'SIGTERM'],
  ] as const)(
    '%s: another one goes on, nothing is lost, and no more repeated than the report says',
    async (_, signal) => {
      const topic = await bench.topic();
      const first = await startWorker();
      const run = await bench.client.start(await slowJob(topic));
      await until(async () => {
        const { records } = await bench.client.progress(run);
        return records.written > ROWS / 5;
      });
      await first.end(signal);
      await startWorker();
      const report = await bench.client.wait(run);

      expect(report).toMatchObject({ state: 'completed', records: { read: ROWS, written: ROWS, dirty: 0 } });
      const { records, duplicates } = await stored(topic);
      expect(records).toBe(ROWS);
      expect(duplicates).toBeLessThanOrEqual(report.duplicatesAtMost);
      if (signal === 'SIGTERM') expect(report.duplicatesAtMost).toBe(0);
      else expect(report.duplicatesAtMost).toBeGreaterThan(0);
    },
    180_000,
  );
});

describe('a worker that is killed with records that share messages', () => {
  it('leaves nothing lost, and no more messages repeated than the report says', async () => {
    const topic = await bench.topic();
    const first = await startWorker();
    const run = await bench.client.start(await slowJob(topic, 10));
    await until(async () => (await bench.client.progress(run)).records.written > ROWS / 5);
    await first.end('SIGKILL');
    await startWorker();
    const report = await bench.client.wait(run);

    expect(report).toMatchObject({ state: 'completed', records: { read: ROWS, written: ROWS, dirty: 0 } });
    expect(report.messages).toBeLessThan(ROWS / 9);
    const messages = await readTopic(stack, topic);
    const rows = messages.flatMap(({ body }) => JSON.parse(body.toString()) as { id: number }[]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(ROWS);
    const ids = messages.flatMap(({ properties }) => properties[RECORD_IDS_PROPERTY].split(','));
    expect(new Set(ids).size).toBe(ROWS);
    expect(messages.length - report.messages).toBeLessThanOrEqual(report.duplicatesAtMost);
  }, 180_000);
});

describe('a worker that is killed over a file that can not be split', () => {
  const row = (n: number) => `{"id":${n},"text":"some text of row ${n}"}`;
  const rows = Array.from({ length: ROWS }, (_, n) => row(n));

  it.each([
    // A document a record, so that every position tells what is open as well.
    ['json', rows.map((text) => `{"data":${text}}`).join('\n'), { type: 'json', recordPath: 'data' }],
    ['ndjson.zst', storedZstd(rows.join('\n')), { type: 'ndjson' }],
  ] as const)(
    '%s: another one goes on, nothing is lost, and no more repeated than the report says',
    async (ending, content, fields) => {
      const topic = await bench.topic();
      const path = await bench.file(`${topic}.${ending}`, content);
      const job = bench.job({
        source: { ...fields, path },
        sink: { topic },
        settings: { parallelism: 1, batch: { records: 50, inFlight: 2 } },
      });
      const first = await startWorker();
      const run = await bench.client.start(job);
      await until(async () => (await bench.client.progress(run)).records.written > ROWS / 5);
      await first.end('SIGKILL');
      await startWorker();
      const report = await bench.client.wait(run);

      expect(report).toMatchObject({ state: 'completed', records: { read: ROWS, written: ROWS, dirty: 0 } });
      const { records, duplicates } = await stored(topic);
      expect(records).toBe(ROWS);
      expect(report.duplicatesAtMost).toBeGreaterThan(0);
      expect(duplicates).toBeLessThanOrEqual(report.duplicatesAtMost);
    },
    180_000,
  );
});

describe('a run that is cancelled half-way', () => {
  it('drains, and its report says just what arrived', async () => {
    const topic = await bench.topic();
    await startWorker();
    const run = await bench.client.start(await slowJob(topic));
    await until(async () => (await bench.client.progress(run)).records.written > ROWS / 5);
    await bench.client.cancel(run);
    const report = await bench.client.wait(run);

    expect(report).toMatchObject({ state: 'cancelled', duplicatesAtMost: 0 });
    expect(report.records.read).toBe(report.records.written);
    expect(report.records.written).toBeLessThan(ROWS);
    expect(await stored(topic)).toEqual({ records: report.records.written, duplicates: 0 });
    expect(await bench.client.report(run)).toEqual(report);
  }, 120_000);

  it('has a report also when its worker had just been killed', async () => {
    const topic = await bench.topic();
    const worker = await startWorker();
    const run = await bench.client.start(await slowJob(topic));
    await until(async () => (await bench.client.progress(run)).records.written > ROWS / 5);
    await worker.end('SIGKILL');
    await bench.client.cancel(run);
    await startWorker();
    const report = await bench.client.wait(run);

    expect(report.state).toBe('cancelled');
    expect(report.records.written).toBeGreaterThan(0);
    const { records, duplicates } = await stored(topic);
    // What the killed worker sent beyond its last heartbeat stands in the topic, and in no count but this one.
    expect(records).toBeGreaterThanOrEqual(report.records.written);
    expect(records + duplicates - report.records.written).toBeLessThanOrEqual(report.duplicatesAtMost);
  }, 120_000);
});

describe('a run that is terminated', () => {
  it('has a report from its last memo and heartbeats, also with no worker left', async () => {
    const topic = await bench.topic();
    const worker = await startWorker();
    const run = await bench.client.start(await slowJob(topic));
    await until(async () => (await bench.client.progress(run)).records.written > ROWS / 5);
    await worker.end('SIGKILL');
    await bench.temporal.workflow.getHandle(run.workflowId).terminate('a test');
    const report = await bench.client.wait(run);

    expect(report).toMatchObject({ state: 'terminated', job: run.workflowId, runId: run.runId });
    expect(report.records.read).toBe(report.records.written + report.records.dirty);
  }, 120_000);
});

describe('a file that changes while it is read', () => {
  it('ends the run, and the report says which one', async () => {
    const topic = await bench.topic();
    await startWorker();
    const job = await slowJob(topic);
    const run = await bench.client.start(job);
    await until(async () => (await bench.client.progress(run)).records.written > ROWS / 5);
    const path = await bench.file(`${topic}.csv`, 'id,text\n1,changed\n');
    const report = await bench.client.wait(run);

    expect(report).toMatchObject({ state: 'failed', error: { code: 'input_changed', fault: 'user' } });
    expect(report.error?.message).toContain(path);
    expect(report.records.read).toBe(report.records.written + report.records.dirty);
    const { records, duplicates } = await stored(topic);
    expect(records + duplicates - report.records.written).toBeLessThanOrEqual(report.duplicatesAtMost);
  }, 120_000);
});
