import { expect, it } from 'vitest';
import { stopRocketmq } from '../../src/dev/down.js';
import { startRocketmq } from '../../src/dev/up.js';
import type { DirtyEntry } from '../../src/dirty/entry.js';
import { readTopic } from '../support/topic-reader.js';
import { passed } from './support/faulty-run.js';
import { isDirty, rowAt } from './support/rows.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const ROWS = 100_000;
const DIRTY_EVERY = 5;
/** Longer than an activity may go without a heartbeat. */
const DOWN_MS = 20_000;

it('a RocketMQ that stops half-way costs no dirty record that is kept in a topic of it, and no attempt', async () => {
  await scene.startWorker();
  const dirtyTopic = await scene.bench.topic();
  const run = await scene.migrate({
    rows: ROWS,
    transport: 'nameserver',
    dirtyEvery: DIRTY_EVERY,
    dirty: { mode: 'keep', topic: dirtyTopic },
    settings: { errorLimit: { records: ROWS } },
  });
  await run.isBeyond(ROWS / 5);
  await stopRocketmq(scene.stack());
  await passed(DOWN_MS);
  expect(await run.waitsFor()).toMatchObject({ fault: 'world' });
  const { activities } = await run.progress();
  expect(activities.map(({ attempt }) => attempt)).toEqual(activities.map(() => 1));
  await startRocketmq(scene.stack());
  await run.endsComplete();

  const entries = (await readTopic(scene.stack(), dirtyTopic)).map(
    ({ body }) => JSON.parse(body.toString()) as DirtyEntry,
  );
  const rows = new Set(entries.map(({ position }) => rowAt(Number(position))));
  expect([...rows].sort((a = 0, b = 0) => a - b)).toEqual(
    Array.from({ length: ROWS }, (_, n) => n).filter((n) => isDirty(n, DIRTY_EVERY)),
  );
});
