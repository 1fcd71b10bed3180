import { randomUUID } from 'node:crypto';
import { expect, type TestContext } from 'vitest';
import { MigrationClient } from '../../src/client/migration-client.js';
import type { RunRef } from '../../src/client/run-ref.js';
import type { Stack } from '../../src/dev/stack.js';
import type { LoadedJob } from '../../src/job/parse.js';
import type { JobInput } from '../../src/job/schema/job.js';
import type { Bench } from './migration.js';
import { readTopic } from './topic-reader.js';
import { until } from './until.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

/** Records of a slow job. */
export const ROWS = 15_000;

/**
 * Requests so small that a run is met half-way: heartbeats, which it waits for, go every few of them.
 * Of records that share messages, ten a message.
 */
const SLOW = { records: 10, inFlight: 2 };
const RECORDS_PER_MESSAGE = 10;

/** A job over one file in two partitions. */
export async function slowJob(
  bench: Bench,
  topic: string,
  { packed = false, sink = {} }: { packed?: boolean; sink?: Partial<JobInput['sink']> } = {},
): Promise<LoadedJob> {
  const rows = Array.from({ length: ROWS }, (_, n) => `${n},some text of row ${n}`);
  const path = await bench.file(`${topic}.csv`, `id,text\n${rows.join('\n')}\n`);
  return bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic, ...sink, ...(packed && { recordsPerMessage: RECORDS_PER_MESSAGE }) },
    settings: {
      partitionSize: '256 KiB',
      parallelism: 2,
      batch: packed ? { ...SLOW, records: SLOW.records / RECORDS_PER_MESSAGE } : SLOW,
    },
  });
}

/** A job over one file that can't be split. */
export async function unsplitJob(
  bench: Bench,
  topic: string,
  {
    ending,
    content,
    ...source
  }: { ending: string; content: string | Uint8Array; type: 'json' | 'ndjson'; recordPath?: string },
): Promise<LoadedJob> {
  const path = await bench.file(`${topic}.${ending}`, content);
  return bench.job({
    source: { ...source, path },
    sink: { topic },
    settings: { parallelism: 1, batch: SLOW },
  });
}

/** A run that was met half-way. */
export interface HalfWay {
  readonly run: RunRef;
  /** Of a task queue of its own, so that tests of a file can be under way at the same time. */
  readonly client: MigrationClient;
  /** The one that works on it. */
  readonly worker: WorkerProcess;
  /** Starts another one. */
  startWorker(): Promise<WorkerProcess>;
}

/**
 * Starts a job on a worker of its own, and waits until a part of it has been written.
 * @param options.processes those of the worker (1)
 */
export async function halfWay(
  job: LoadedJob,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: { readonly processes?: number } = {},
): Promise<HalfWay> {
  const taskQueue = `test-${randomUUID()}`;
  const startWorker = async () => {
    const worker = await startWorkerProcess(taskQueue, options);
    onTestFinished(() => worker.end('SIGKILL'));
    return worker;
  };
  const client = await MigrationClient.connect({ taskQueue });
  onTestFinished(() => client.close());
  const worker = await startWorker();
  const run = await client.start(job);
  await until(async () => (await client.progress(run)).records.written > ROWS / 10);
  return { run, client, worker, startWorker };
}

/** What the broker holds of messages of one record: how many records, and how many messages repeat one. */
export async function stored(
  stack: Stack,
  topic: string,
): Promise<{ readonly records: number; readonly duplicates: number }> {
  const messages = await readTopic(stack, topic);
  const ids = new Set(messages.map(({ body }) => JSON.parse(body.toString()).id));
  expect(new Set(messages.map(({ id }) => id)).size).toBe(ids.size);
  return { records: ids.size, duplicates: messages.length - ids.size };
}
