import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { down, stopRocketmq } from '../../src/dev/down.js';
import type { Stack } from '../../src/dev/stack.js';
import { startRocketmq, up } from '../../src/dev/up.js';
import { useBench } from '../support/migration.js';
import { MARKER_TOPIC, readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const TOPIC = 'outage';
const ROWS = 100_000;

let folder: string;
/** A stack of its own: other tests need theirs while this one's RocketMQ is down. */
let stack: Stack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rocketlift-outage-'));
  stack = await up({ stateDir: folder, portOffset: 'auto', topics: [TOPIC, MARKER_TOPIC] });
}, 120_000);

afterAll(async () => {
  await down(folder, { signal: 'SIGKILL' });
  await rm(folder, { recursive: true, force: true });
}, 60_000);

it('a RocketMQ that stops half-way and comes back costs time, not records, and is no dirty data', async () => {
  const rows = Array.from({ length: ROWS }, (_, n) => `${n},some text of row ${n}`);
  const path = await bench.file('outage.csv', `id,text\n${rows.join('\n')}\n`);
  const job = bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic: TOPIC, endpoints: stack.rocketmq.endpoints },
    settings: {
      partitionSize: '1 MiB',
      parallelism: 2,
      retryFor: '10m',
      batch: { records: 50, inFlight: 2 },
    },
  });
  const run = await bench.client.start(job);
  await until(async () => (await bench.client.progress(run)).records.written > ROWS / 5);
  await stopRocketmq(stack);
  const waiting = await until(async () => {
    const { activities } = await bench.client.progress(run);
    return activities.find(({ heartbeat }) => heartbeat?.waitingFor)?.heartbeat;
  });
  expect(waiting.waitingFor).toMatchObject({ fault: 'world' });
  await startRocketmq(stack);
  const report = await bench.client.wait(run);

  expect(report).toMatchObject({
    state: 'completed',
    records: { read: ROWS, written: ROWS, dirty: 0, filtered: 0 },
  });
  expect(report.retries).toBeGreaterThan(0);
  const messages = await readTopic(stack, TOPIC);
  const ids = new Set(messages.map(({ id }) => id));
  expect(ids.size).toBe(ROWS);
  expect(messages.length - ROWS).toBeLessThanOrEqual(report.duplicatesAtMost);
}, 240_000);
