import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MigrationClient } from '../dist/client/migration-client.js';
import type { RunRef } from '../dist/client/run-ref.js';
import { createTopic } from '../dist/dev/topics.js';
import { parseJobText } from '../dist/job/parse.js';
import { TYPES, writeCsv } from './data.js';
import type { Bench } from './rounds.js';
import { storedBefore } from './stored.js';
import { withWorker } from './worker.js';

const TOPIC = 'bench-tuned';
/** Records a second that a run is tuned to, one after another; it starts with the last. */
const RATES = [8_000, 1_000, 2_000];
/** How long each is left alone, in milliseconds. */
const HOLD_MS = 6_000;
/** A rate is that of so long a window, in milliseconds. */
const WINDOW_MS = 500;
/** From one window to the next, in milliseconds. */
const STEP_MS = 100;
/** How long all windows must be near the rate, in milliseconds, and how near. */
const STEADY_MS = 2_000;
const NEAR = 0.1;

export interface TunedFigure {
  readonly from: number;
  readonly to: number;
  /** Seconds from the call until the new rate holds, of each round; null where it did not. */
  readonly seconds: readonly (number | null)[];
}

/** How soon a change of a run's rate is felt, with four partitions at once, by the broker's own times. */
export async function tunedFigures(bench: Bench): Promise<TunedFigure[]> {
  const { stack, folder, rounds, say } = bench;
  await createTopic(stack, TOPIC);
  const start = RATES[RATES.length - 1];
  const written = ((start + sum(RATES) * rounds) * HOLD_MS) / 1000;
  // Half as many again, in a little more than four partitions: so none of the four ends while it is looked at.
  const rows = Math.ceil(written * 1.5);
  const path = join(folder, 'tuned.csv');
  await writeCsv(path, rows);
  const job = parseJobText(
    JSON.stringify({
      name: TOPIC,
      source: { type: 'csv', path, columns: TYPES },
      sink: { endpoints: stack.rocketmq.endpoints, topic: TOPIC },
      settings: { rate: { records: `${start}/s` }, partitionSize: rows * 40, parallelism: 4 },
    }),
    { file: 'bench.json', baseDir: '/' },
  );
  return await withWorker(TOPIC, async (client) => {
    const run = await client.start(job);
    for (let written = 0; written === 0; await delay(STEP_MS)) {
      const { state, records } = await client.progress(run);
      if (state !== 'running') throw new Error(`the run is ${state} before it wrote anything`);
      written = records.written;
    }
    await delay(HOLD_MS);
    const changes: Change[] = [];
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round}: a rate that is tuned`);
      for (const rate of RATES) changes.push(await change(client, run, rate));
    }
    await client.cancel(run);
    const { state, error } = await client.wait(run);
    if (state !== 'cancelled') throw new Error(`the run has ${state}: ${error?.message}`);
    const figures = RATES.map((to, i) => ({
      from: RATES.at(i - 1) ?? to,
      to,
      seconds: [] as (number | null)[],
    }));
    for (const [i, each] of changes.entries())
      figures[i % RATES.length].seconds.push(await felt(bench, each));
    return figures;
  });
}

/** A rate that was asked for, and when, in epoch milliseconds. */
interface Change {
  readonly rate: number;
  readonly at: number;
}

async function change(client: MigrationClient, run: RunRef, rate: number): Promise<Change> {
  const at = Date.now();
  await client.tune(run, { rate: { records: rate } });
  await delay(HOLD_MS);
  return { rate, at };
}

/** Seconds from the call until all windows of the next two seconds are near the rate; null if that never was. */
async function felt({ stack }: Bench, { rate, at }: Change): Promise<number | null> {
  const stored: number[] = [];
  for (let ms = 0; ms <= HOLD_MS; ms += STEP_MS) stored.push(await storedBefore(stack, TOPIC, at + ms));
  const across = WINDOW_MS / STEP_MS;
  const wanted = (rate * WINDOW_MS) / 1000;
  const isNear = stored
    .slice(across)
    .map((count, step) => Math.abs(count - stored[step] - wanted) <= wanted * NEAR);
  const windows = (STEADY_MS - WINDOW_MS) / STEP_MS + 1;
  const first = isNear.findIndex(
    (_, i) => i + windows <= isNear.length && isNear.slice(i, i + windows).every(Boolean),
  );
  return first < 0 ? null : (first * STEP_MS) / 1000;
}

export function tunedTable(figures: readonly TunedFigure[]): string {
  const text = (seconds: number | null) => seconds?.toFixed(1) ?? 'never';
  const lines = figures.map(
    ({ from, to, seconds }) => `| ${from} | ${to} | ${seconds.map(text).join(', ')} |`,
  );
  return ['| from, records/s | to | holds after, s |', '|---:|---:|---:|', ...lines].join('\n');
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
