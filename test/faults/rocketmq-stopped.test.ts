import { expect, it } from 'vitest';
import { stopRocketmq } from '../../src/dev/down.js';
import { startRocketmq } from '../../src/dev/up.js';
import { noteFault, passed } from './support/faulty-run.js';
import { useScene } from './support/scene.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
const ROWS = 100_000;
const DOWN_MS = 30_000;

it.each(TRANSPORTS)(
  'by %s, a RocketMQ that stops half-way and comes back costs time, not records, and is no dirty data',
  async (transport) => {
    await scene.startWorker();
    const run = await scene.migrate({ rows: ROWS, transport });
    await run.isBeyond(ROWS / 5);
    await stopRocketmq(scene.stack());
    await passed(DOWN_MS);
    expect(await run.waitsFor()).toMatchObject({ code: 'rocketmq_unreachable', fault: 'world' });
    const before = run.written();
    await before;
    await startRocketmq(scene.stack());
    const recovery = await run.secondsToMove(before);
    const end = await run.endsComplete();

    expect(end.report.retries).toBeGreaterThan(0);
    await noteFault('rocketmqStopped', end, { recoverySeconds: recovery });
  },
);
