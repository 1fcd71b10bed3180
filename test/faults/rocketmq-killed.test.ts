import { expect, it } from 'vitest';
import { stopRocketmq } from '../../src/dev/down.js';
import { startRocketmq } from '../../src/dev/up.js';
import { noteFault } from './support/faulty-run.js';
import { useScene } from './support/scene.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
const ROWS = 100_000;

it.each(TRANSPORTS)(
  'by %s, a RocketMQ that is killed half-way has kept what it acknowledged, and gets the rest when it is back',
  async (transport) => {
    await scene.startWorker();
    const run = await scene.migrate({ rows: ROWS, transport });
    await run.isBeyond(ROWS / 5);
    await stopRocketmq(scene.stack(), { signal: 'SIGKILL' });
    expect(await run.waitsFor()).toMatchObject({ code: 'rocketmq_unreachable', fault: 'world' });
    const before = run.written();
    await before;
    await startRocketmq(scene.stack());
    const recovery = await run.secondsToMove(before);
    const end = await run.endsComplete();

    expect(end.report.retries).toBeGreaterThan(0);
    await noteFault('rocketmqKilled', end, { recoverySeconds: recovery });
  },
);
