import type { LoadedJob } from '../../src/job/parse.js';
import type { Bench } from '../support/migration.js';

/** Rows of a {@link slowJob}. */
export const SLOW_ROWS = 500_000;

/**
 * A job that is met half-way: one partition, one message a request and one request at a time, which takes any machine
 * minutes. The test ends the run.
 */
export async function slowJob(bench: Bench, topic = 'orders'): Promise<LoadedJob> {
  const rows = Array.from({ length: SLOW_ROWS }, (_, n) => n);
  const path = await bench.file('slow.csv', `id\n${rows.join('\n')}\n`);
  return bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic },
    settings: { batch: { records: 1, inFlight: 1 } },
  });
}

/**
 * A job that runs until it is ended and does next to nothing: its first activity waits for a RocketMQ that is not
 * there.
 */
export async function idleJob(bench: Bench, name?: string): Promise<LoadedJob> {
  const path = await bench.file('idle.csv', 'id\n1\n');
  return bench.job({
    name,
    source: { type: 'csv', path },
    sink: { topic: 'orders', endpoints: '127.0.0.1:1' },
    settings: { connectTimeout: '1h' },
  });
}

/** A job of a few records, some of them dirty. */
export async function smallJob(bench: Bench, topic = 'orders', { dirty = 1, errorLimit = 100 } = {}) {
  const rows = [1, 2, 3, ...Array.from({ length: dirty }, () => 'x')];
  const path = await bench.file(`small-${dirty}.csv`, `id\n${rows.join('\n')}\n`);
  return bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic },
    settings: { errorLimit: { records: errorLimit } },
  });
}
