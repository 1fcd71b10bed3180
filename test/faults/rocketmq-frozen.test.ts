import { expect, it } from 'vitest';
import { noteFault, passed } from './support/faulty-run.js';
import { signalServer } from './support/own-stack.js';
import { useScene } from './support/scene.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
const ROWS = 100_000;
const FROZEN_MS = 20_000;

it.each(TRANSPORTS)(
  'by %s, a RocketMQ that is frozen for a while is waited for, and what it stores late is counted',
  async (transport) => {
    await scene.startWorker();
    const run = await scene.migrate({ rows: ROWS, transport });
    await run.isBeyond(ROWS / 5);
    await signalServer(scene.stack(), 'broker', 'SIGSTOP');
    await passed(FROZEN_MS);
    expect(await run.waitsFor()).toMatchObject({ code: 'rocketmq_timeout', fault: 'world' });
    const before = run.written();
    await before;
    await signalServer(scene.stack(), 'broker', 'SIGCONT');
    const recovery = await run.secondsToMove(before);
    const end = await run.endsComplete();

    expect(end.report.retries).toBeGreaterThan(0);
    // By the name server, brokers are asked what has arrived, once they answer again.
    if (transport === 'nameserver') expect(end.report.duplicatesAtMost).toBe(0);
    await noteFault('rocketmqFrozen', end, { recoverySeconds: recovery });
  },
);
