import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { RunRef } from '../../src/client/run-ref.js';
import { useBench } from '../support/migration.js';
import { until } from '../support/until.js';
import { idleJob, slowJob, smallJob } from './jobs.js';

const bench = useBench();

const handleOf = ({ workflowId, runId }: RunRef) => bench.temporal.workflow.getHandle(workflowId, runId);

/** The markdown that the UI shows of a run, by the query that the UI asks. */
async function currentDetails(run: RunRef): Promise<string> {
  const metadata = await handleOf(run).query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

/** Type and summary of every activity that was scheduled: the labels of the bars. */
async function activitySummaries(run: RunRef): Promise<string[][]> {
  const { events } = await handleOf(run).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) =>
    scheduled
      ? [
          [
            scheduled.activityType?.name ?? '',
            userMetadata?.summary ? defaultPayloadConverter.fromPayload<string>(userMetadata.summary) : '',
          ],
        ]
      : [],
  );
}

describe('summary and details', () => {
  it('say what the job is, from its start on', async () => {
    await bench.file('orders.csv', 'id,amount\n1,2.50\n');
    const job = bench.job({
      source: { type: 'csv', path: 'orders.csv', columns: { amount: 'decimal' } },
      sink: { topic: 'orders', tag: 'import', keyFields: ['id'] },
    });
    const run = await bench.client.start(job);
    const description = await handleOf(run).describe();
    expect(await description.staticSummary()).toBe(`${job.job.name}: orders.csv → topic orders`);
    const details = await description.staticDetails();
    for (const part of [
      '### Source',
      '`orders.csv`',
      '`amount` decimal',
      '### Sink',
      '`orders`',
      '`import`',
      '`id`',
    ]) {
      expect(details).toContain(part);
    }
    await bench.client.wait(run);
  });
});

describe('the current details', () => {
  it('say in markdown what a run does, how far it is, and what comes next', async () => {
    const run = await bench.client.start(await slowJob(bench));
    await until(async () => (await bench.client.progress(run)).records.written > 0);
    const writing = await currentDetails(run);
    expect(writing).toMatch(/^\*\*Writing partitions\*\* → topic `orders`\. Next: the report\.\n/);
    expect(writing).toContain('| Partitions | 0 of 1 done, 1 being written |');
    expect(writing).toMatch(/^Being written: slow\.csv$/m);
    await bench.client.cancel(run);
    const report = await bench.client.wait(run);
    const { read, written } = report.records;
    const done = await currentDetails(run);
    expect(done).toMatch(/^\*\*Ended: cancelled\*\* → topic `orders`\. Next: nothing; the report/);
    expect(done).toContain(`| Records | ${read} read = ${written} written + 0 dirty + 0 filtered |`);
    expect(done).not.toContain('Being written');
  });

  it('say what a run waits for before it knows its job, and what ended it', async () => {
    const waiting = await bench.client.start(await idleJob(bench));
    expect(await currentDetails(waiting)).toMatch(/^\*\*Validating the job, the source and RocketMQ\*\*/);
    await bench.client.cancel(waiting);
    const failing = await bench.client.start(await smallJob(bench, 'orders', { dirty: 2, errorLimit: 0 }));
    await Promise.all([bench.client.wait(waiting), bench.client.wait(failing)]);
    expect(await currentDetails(failing)).toMatch(/\*\*Last error\*\* \(`error_limit`\): .*dirty/);
  });
});

describe('the summaries of activities', () => {
  it('label every bar: partitions by file and range', async () => {
    const row = `${'x'.repeat(1023)}\n`;
    const path = await bench.file('labelled.csv', `id\n${row.repeat(150)}`);
    const job = bench.job({
      source: { type: 'csv', path },
      sink: { topic: 'orders' },
      settings: { partitionSize: '64 KiB' },
    });
    const run = await bench.client.start(job);
    const { partitions } = await bench.client.wait(run);
    const summaries = await activitySummaries(run);
    expect(summaries.slice(0, 2)).toEqual([
      ['validateConnection', 'job, source, RocketMQ'],
      ['partitionInput', 'partitions from 0 on'],
    ]);
    const bars = summaries.slice(2);
    expect(bars).toHaveLength(partitions);
    expect(bars[0]).toEqual(['writeBatch', 'labelled.csv 0–64 KiB']);
    for (const bar of bars)
      expect(bar).toEqual(['writeBatch', expect.stringMatching(/^labelled\.csv .+–.+ KiB$/)]);
  });
});

describe('search attributes', () => {
  // A server without them is not tested here: the one that all tests share has them, and others rely on that.
  it('name job, topic and source, follow phase and dirty count, and find the run', async () => {
    const topic = await bench.topic();
    const job = await smallJob(bench, topic, { dirty: 2 });
    const run = await bench.client.start(job);
    await bench.client.wait(run);
    const { searchAttributes } = await handleOf(run).describe();
    expect(searchAttributes).toMatchObject({
      RocketliftJob: [job.job.name],
      RocketliftTopic: [topic],
      RocketliftSource: ['csv'],
      RocketliftPhase: ['done'],
      RocketliftDirty: [2],
    });
    const conditions = [`RocketliftTopic = '${topic}'`, "RocketliftPhase = 'done'", 'RocketliftDirty > 1'];
    const found = await until(async () => {
      for await (const { workflowId } of bench.temporal.workflow.list({ query: conditions.join(' AND ') })) {
        return workflowId;
      }
    });
    expect(found).toBe(job.job.name);
    expect(await bench.client.searchAttributesMissing()).toEqual([]);
  });

  it('tell the phase of a run that is going on', async () => {
    const job = await slowJob(bench);
    const run = await bench.client.start(job);
    await until(async () => {
      const { searchAttributes } = await handleOf(run).describe();
      return searchAttributes.RocketliftPhase?.[0] === 'writing';
    });
    await bench.client.cancel(run);
    await bench.client.wait(run);
    const { searchAttributes } = await handleOf(run).describe();
    expect(searchAttributes).toMatchObject({ RocketliftPhase: ['done'], RocketliftJob: [job.job.name] });
  });
});

describe('the memo', () => {
  it('holds the report of a run that completed, failed or was cancelled', async () => {
    const idle = await bench.client.start(await idleJob(bench));
    const completing = await bench.client.start(await smallJob(bench));
    const failing = await bench.client.start(await smallJob(bench, 'orders', { dirty: 2, errorLimit: 0 }));
    await bench.client.cancel(idle);
    for (const [run, state] of [
      [completing, 'completed'],
      [failing, 'failed'],
      [idle, 'cancelled'],
    ] as const) {
      const report = await bench.client.wait(run);
      expect(report).toMatchObject({ state, job: run.workflowId, runId: run.runId });
      const { memo, status } = await handleOf(run).describe();
      expect(memo).toMatchObject({ report });
      expect(status.name).toBe(state.toUpperCase());
    }
  });
});
