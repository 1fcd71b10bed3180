import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, inject } from 'vitest';
import { MigrationClient } from '../../src/client/migration-client.js';
import type { Stack } from '../../src/dev/stack.js';
import { createTopic } from '../../src/dev/topics.js';
import { type LoadedJob, parseJobText } from '../../src/job/parse.js';
import type { Report } from '../../src/job/report.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { type RunningWorker, startWorker } from '../../src/worker/worker.js';

type Deep<T> = { [K in keyof T]?: T[K] extends object | undefined ? Deep<T[K]> : T[K] };

/** What a test of whole runs needs: a folder, a worker on a queue of its own, a client, topics. */
export interface Bench {
  readonly folder: string;
  readonly taskQueue: string;
  readonly client: MigrationClient;
  readonly worker: RunningWorker;
  /** Temporal's own client, for what a user does in its UI. */
  readonly temporal: Client;
  /** A topic of the test's own, 8 queues, empty. */
  topic(): Promise<string>;
  /** Writes a file into the folder; its path. */
  file(name: string, content: string | Uint8Array): Promise<string>;
  /** A job with settings that make tests fast; `over` wins. */
  job(
    over: Deep<JobInput> & { source: JobInput['source']; sink: { topic: string } & Deep<JobInput['sink']> },
  ): LoadedJob;
  /** Starts a run and waits for its end. */
  run(job: LoadedJob): Promise<Report>;
}

interface BenchOptions {
  /** Whether a worker runs within the test's own process. @default true */
  readonly worker?: boolean;
  /** Whether that worker takes secrets from files of the folder. @default false */
  readonly allowSecrets?: boolean;
  /** The servers, once they are up. @default those that all tests share */
  readonly stack?: () => Stack;
}

/** Sets a bench up for the tests of a file. */
export function useBench({
  worker: withWorker = true,
  allowSecrets = false,
  stack: theStack = () => inject('stack'),
}: BenchOptions = {}): Bench {
  let stack: Stack;
  const bench = {} as { -readonly [K in keyof Bench]: Bench[K] };
  let connection: Connection | undefined;
  beforeAll(async () => {
    stack = theStack();
    process.env.TEMPORAL_ADDRESS = stack.temporal.address;
    bench.folder = await mkdtemp(join(tmpdir(), 'rocketlift-'));
    bench.taskQueue = `test-${randomUUID()}`;
    if (withWorker)
      bench.worker = await startWorker({
        taskQueue: bench.taskQueue,
        ...(allowSecrets && { folders: { secrets: [bench.folder] } }),
      });
    connection = await Connection.connect({ address: stack.temporal.address });
    bench.temporal = new Client({ connection });
    bench.client = await MigrationClient.connect({ taskQueue: bench.taskQueue });
  });
  afterAll(async () => {
    await bench.worker?.stop();
    await bench.client?.close();
    await connection?.close();
    await rm(bench.folder, { recursive: true, force: true });
  });
  bench.topic = async () => {
    const name = `t-${randomUUID()}`;
    await createTopic(stack, name);
    return name;
  };
  bench.file = async (name, content) => {
    const path = join(bench.folder, name);
    await writeFile(path, content);
    return path;
  };
  bench.job = ({ name, source, sink, settings, ...rest }) => {
    const document = {
      name: name ?? `job-${randomUUID()}`,
      source,
      sink: { endpoints: stack.rocketmq.endpoints, ...sink },
      settings: { connectTimeout: '20s', retryFor: '60s', ...settings },
      ...rest,
    };
    return parseJobText(JSON.stringify(document), { file: 'test.json', baseDir: bench.folder });
  };
  bench.run = async (job) => {
    const run = await bench.client.start(job);
    return bench.client.wait(run);
  };
  return bench;
}
