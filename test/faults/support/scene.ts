import { utimes } from 'node:fs/promises';
import type { Stack } from '../../../src/dev/stack.js';
import type { JobInput } from '../../../src/job/schema/job.js';
import { type Bench, useBench } from '../../support/migration.js';
import { useWorkers, type WorkerProcess } from '../../support/worker-process.js';
import { FaultyRun } from './faulty-run.js';
import { useOwnStack } from './own-stack.js';
import { COLUMNS, textOf } from './rows.js';

/** Servers of its own, workers in processes of their own, and a client, for the faults of one test file. */
export interface Scene {
  readonly bench: Bench;
  /** Once it is up. */
  stack(): Stack;
  startWorker(): Promise<WorkerProcess>;
  /** Starts a run over a file of rows, into a topic of its own. */
  migrate(options: MigrateOptions): Promise<FaultyRun>;
}

interface MigrateOptions {
  readonly rows: number;
  /** When the file was changed last, in seconds since 1970. @default now */
  readonly time?: number;
  /** @default none is dirty */
  readonly dirtyEvery?: number;
  readonly dirty?: JobInput['dirty'];
  readonly settings?: JobInput['settings'];
  /** Where RocketMQ is, if not where it really is. */
  readonly endpoints?: string;
}

export function useScene(): Scene {
  const stack = useOwnStack();
  const bench = useBench({ worker: false, stack });
  const { start: startWorker } = useWorkers(bench);
  return {
    bench,
    stack,
    startWorker,
    async migrate({ rows, time, dirtyEvery, dirty, settings, endpoints }) {
      const topic = await bench.topic();
      const path = await bench.file(`${topic}.csv`, textOf(rows, dirtyEvery));
      if (time !== undefined) await utimes(path, time, time);
      const job = bench.job({
        source: { type: 'csv', path, columns: COLUMNS },
        sink: { topic, ...(endpoints && { endpoints }) },
        settings: { partitionSize: '1 MiB', parallelism: 2, retryFor: '10m', ...PACED, ...settings },
        ...(dirty && { dirty }),
      });
      const run = await bench.client.start(job);
      return new FaultyRun({ client: bench.client, stack, run, topic, path, rows, dirtyEvery });
    },
  };
}

/** Slow enough that a run can be met half-way. */
const PACED = { rate: { records: '10000/s' } } as const satisfies JobInput['settings'];
