import { utimes } from 'node:fs/promises';
import type { Stack } from '../../../src/dev/stack.js';
import type { JobInput } from '../../../src/job/schema/job.js';
import type { Bench } from '../../support/migration.js';
import { FaultyRun } from './faulty-run.js';
import { COLUMNS, textOf } from './rows.js';
import { type FaultTransport, sinkOf } from './transports.js';

export interface MigrateOptions {
  readonly rows: number;
  /** When the file was changed last, in seconds since 1970. @default now */
  readonly time?: number;
  /** @default none is dirty */
  readonly dirtyEvery?: number;
  readonly dirty?: JobInput['dirty'];
  readonly settings?: JobInput['settings'];
  /** @default proxy */
  readonly transport?: FaultTransport;
  /** Where RocketMQ is, if not where it really is. */
  readonly sink?: Partial<JobInput['sink']>;
}

interface Target {
  readonly topic: string;
  /** Whose brokers hold it. */
  readonly stacks: () => readonly Stack[];
}

/** Starts a run over a file of rows. */
export async function migrateRows(
  bench: Bench,
  {
    topic,
    stacks,
    rows,
    time,
    dirtyEvery,
    dirty,
    settings,
    transport = 'proxy',
    sink,
  }: Target & MigrateOptions,
): Promise<FaultyRun> {
  const path = await bench.file(`${topic}.csv`, textOf(rows, dirtyEvery));
  if (time !== undefined) await utimes(path, time, time);
  const job = bench.job({
    source: { type: 'csv', path, columns: COLUMNS },
    sink: { ...(sink ?? sinkOf(transport, stacks()[0])), topic },
    settings: { partitionSize: '1 MiB', parallelism: 2, retryFor: '10m', ...PACED, ...settings },
    ...(dirty && { dirty }),
  });
  const run = await bench.client.start(job);
  return new FaultyRun({ client: bench.client, stacks, run, transport, topic, path, rows, dirtyEvery });
}

/** Slow enough that a run can be met half-way. */
const PACED = { rate: { records: '10000/s' } } as const satisfies JobInput['settings'];
