import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { MigrationClient } from '../../src/client/migration-client.js';
import { down, endServer } from '../../src/dev/down.js';
import type { Stack } from '../../src/dev/stack.js';
import { up } from '../../src/dev/up.js';
import { startWorker } from '../../src/worker/worker.js';
import { useBench } from '../support/migration.js';
import { until } from '../support/until.js';

const bench = useBench({ worker: false });

let folder: string;
/** A stack of its own: other tests need theirs while this one's Temporal is down. */
let stack: Stack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rocketlift-restart-'));
  stack = await up({ stateDir: folder, portOffset: 'auto' });
}, 120_000);

afterAll(async () => {
  process.env.TEMPORAL_ADDRESS = inject('stack').temporal.address;
  await down(folder, { signal: 'SIGKILL' });
  await rm(folder, { recursive: true, force: true });
}, 60_000);

it('a schedule that is paused stays so when Temporal is restarted, and goes on when it is resumed', async () => {
  process.env.TEMPORAL_ADDRESS = stack.temporal.address;
  const taskQueue = 'restart';
  const worker = await startWorker({ taskQueue });
  const client = await MigrationClient.connect({ taskQueue });
  try {
    const path = await bench.file('one.csv', 'id\n1\n');
    const job = bench.job({
      source: { type: 'csv', path },
      sink: { topic: 'orders', endpoints: stack.rocketmq.endpoints },
      schedule: { cron: '* * * * * * *' },
    });
    const { name } = job.job;
    const describe = () => client.describeSchedule(name);
    await client.createSchedule(job);
    await until(async () => (await describe()).last?.state === 'completed');
    await client.pauseSchedule(name, 'the server moves');
    const before = await until(async () => {
      const details = await describe();
      return details.runs.every(({ ended }) => ended) && details;
    });

    await endServer(stack, 'temporal');
    await expect(describe()).rejects.toMatchObject({ code: 'temporal_unreachable' });
    await up({ stateDir: folder });

    const after = await until(() => describe().catch(() => undefined));
    expect(after).toMatchObject({ state: 'paused', note: 'the server moves', document: job.document });
    expect(after.runs).toEqual(before.runs);
    const resumed = Date.now();

    await client.resumeSchedule(name, 'it is back');
    const next = await until(async () => {
      const details = await describe();
      return (
        details.last?.ended !== undefined && details.last.planned > (before.last?.planned ?? '') && details
      );
    });
    expect(next).toMatchObject({ state: 'active', note: 'it is back', last: { state: 'completed' } });
    // What was due while it was paused is not made up for.
    const pause = next.runs.filter(({ planned }) => planned > (before.last?.planned ?? ''));
    expect(pause.length).toBeGreaterThan(0);
    // It was due each second.
    for (const { planned } of pause) expect(Date.parse(planned)).toBeGreaterThan(resumed - 1000);
    await client.deleteSchedule(name);
  } finally {
    await worker.stop();
    await client.close();
  }
}, 240_000);
