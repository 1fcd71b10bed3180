import type { Client } from '@temporalio/client';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, inject, it } from 'vitest';
import { partitionInput } from '../../src/activities/partition-input.js';
import type { ValidateResult, WriteInput } from '../../src/activities/types.js';
import { validateConnection } from '../../src/activities/validate-connection.js';
import { sendWindow, writeBatch } from '../../src/activities/write-batch.js';
import type { WriteHeartbeat } from '../../src/job/heartbeat.js';
import type { Watermark } from '../../src/job/report.js';
import type { PartitionPage } from '../../src/sources/source.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench({ worker: false });
const stack = inject('stack');
const ROWS = 20_000;
const RUN = 'job/run';

/**
 * The activity's surroundings without a Temporal server: heartbeats that it records end up in a list. What the real
 * server does with them is tested with whole runs.
 */
function surroundings(info: { attempt?: number; heartbeatDetails?: WriteHeartbeat } = {}) {
  const recorded: WriteHeartbeat[] = [];
  const onRecord: ((heartbeat: WriteHeartbeat) => void)[] = [];
  const client = {
    withAbortSignal: (_signal: AbortSignal, work: () => Promise<unknown>) => work(),
    withDeadline: (_deadline: number, work: () => Promise<unknown>) => work(),
    activity: {
      heartbeat: async (_token: Uint8Array, heartbeat: WriteHeartbeat) => {
        recorded.push(heartbeat);
        for (const listener of onRecord) listener(heartbeat);
      },
    },
  } as unknown as Client;
  const env = new MockActivityEnvironment(info, { client, logger: new DefaultLogger('ERROR') });
  return { env, recorded, onRecord };
}

async function partitionOf(rows: number): Promise<{ topic: string; input: WriteInput }> {
  const topic = await bench.topic();
  const lines = Array.from({ length: rows }, (_, n) => `${n},some text of row ${n}`);
  const path = await bench.file(`${topic}.csv`, `id,text\n${lines.join('\n')}\n`);
  const { job, document } = bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic },
    settings: { batch: { records: 50, inFlight: 2 } },
  });
  const { env } = surroundings();
  const { columns } = (await env.run(validateConnection, {
    job: document,
    storeRun: RUN,
  })) as ValidateResult;
  const { partitions } = (await env.run(partitionInput, {
    job,
    limit: 10,
    first: 0,
  })) as PartitionPage;
  expect(partitions).toHaveLength(1);
  const common = { elsewhere: { read: 0, dirty: 0 }, limit: job.settings.errorLimit, storeRun: RUN };
  return { topic, input: { job, columns, partition: partitions[0], ...common } };
}

const idsIn = async (topic: string) =>
  (await readTopic(stack, topic))
    .map(({ body }) => Number(JSON.parse(body.toString()).id))
    .sort((a, b) => a - b);

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Writes until some of the rows are acknowledged, then asks the activity to end. */
async function interrupt(
  input: WriteInput,
  details: ConstructorParameters<typeof ActivityCancellationDetails>[0],
) {
  const { env, recorded, onRecord } = surroundings();
  onRecord.push(({ watermark }) => {
    if (watermark.records.written > ROWS / 10)
      env.cancel('CANCELLED', new ActivityCancellationDetails(details));
  });
  const outcome = await env.run(writeBatch, input).then(
    (watermark) => ({ watermark: watermark as Watermark, error: undefined }),
    (error: unknown) => ({ watermark: undefined, error }),
  );
  return { ...outcome, recorded };
}

describe('writeBatch', () => {
  it('writes a partition and returns what it did', async () => {
    const { topic, input } = await partitionOf(ROWS);
    const { env } = surroundings();
    const watermark = await env.run(writeBatch, input);
    expect(watermark).toMatchObject({
      done: true,
      records: { read: ROWS, written: ROWS, dirty: 0, filtered: 0 },
      messages: ROWS,
      duplicatesAtMost: 0,
    });
    expect(await idsIn(topic)).toEqual(upTo(ROWS));
  });

  it('records heartbeats that never promise less than what it sends ahead', async () => {
    const { input } = await partitionOf(ROWS);
    const { env, recorded } = surroundings();
    await env.run(writeBatch, input);
    expect(recorded.length).toBeGreaterThan(3);
    const watermarks = recorded.map(({ watermark }) => watermark.records.written);
    expect(watermarks).toEqual([...watermarks].sort((a, b) => a - b));
    for (const { ahead } of recorded) expect(ahead).toBe(2 * sendWindow(input.job.settings));
  });

  it('drains and returns its watermark when it is cancelled; the rest, written from there, makes the whole', async () => {
    const { topic, input } = await partitionOf(ROWS);
    const { watermark } = await interrupt(input, { cancelRequested: true });
    expect(watermark?.done).toBe(false);
    expect(await idsIn(topic)).toEqual(upTo(watermark?.records.written ?? 0));

    const { env } = surroundings();
    const rest = await env.run(writeBatch, { ...input, from: watermark });
    expect(rest).toMatchObject({ done: true, records: { read: ROWS, written: ROWS }, duplicatesAtMost: 0 });
    expect(await idsIn(topic)).toEqual(upTo(ROWS));
  });

  it.each([{ workerShutdown: true }, { paused: true }, { reset: true }])(
    'drains and leaves its watermark to the next attempt at %j; nothing is repeated',
    async (details) => {
      const { topic, input } = await partitionOf(ROWS);
      const { error, recorded } = await interrupt(input, details);
      expect(error).toMatchObject({ type: 'handed_over', nonRetryable: false });
      const last = recorded[recorded.length - 1];
      expect(last).toMatchObject({ ahead: 0, watermark: { done: false, duplicatesAtMost: 0 } });

      const next = surroundings({ attempt: 2, heartbeatDetails: last });
      const watermark = await next.env.run(writeBatch, input);
      expect(watermark).toMatchObject({
        done: true,
        records: { read: ROWS, written: ROWS },
        duplicatesAtMost: 0,
      });
      expect(await idsIn(topic)).toEqual(upTo(ROWS));
    },
  );

  it('counts what a crashed attempt may have sent beyond its last heartbeat', async () => {
    const { input } = await partitionOf(100);
    const watermark: Watermark = {
      records: { read: 0, written: 0, dirty: 0, filtered: 0 },
      messages: 0,
      bytes: 0,
      retries: 0,
      duplicatesAtMost: 7,
      position: input.partition.start,
      done: false,
    };
    const heartbeatDetails = { partition: 0, input: 'x', watermark, sourceBytes: 0, ahead: 1234 };
    const again = surroundings({ attempt: 3, heartbeatDetails });
    expect(await again.env.run(writeBatch, input)).toMatchObject({ duplicatesAtMost: 1241 });

    const reset = surroundings({ attempt: 1, heartbeatDetails });
    expect(await reset.env.run(writeBatch, input)).toMatchObject({ duplicatesAtMost: 1241 });
  });

  it('fails with the fault, and with how far it came', async () => {
    const { input } = await partitionOf(100);
    const job = { ...input.job, settings: { ...input.job.settings, retryFor: 1000, connectTimeout: 1000 } };
    const gone = { ...job, sink: { ...job.sink, endpoints: '127.0.0.1:1' } };
    const { env } = surroundings();
    await expect(env.run(writeBatch, { ...input, job: gone })).rejects.toMatchObject({
      type: 'rocketmq_unreachable',
      nonRetryable: true,
      details: [{ fault: 'world' }, { ahead: 0, watermark: { position: input.partition.start } }],
    });
  });
});
