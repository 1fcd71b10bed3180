import { describe, expect, it } from 'vitest';
import { busyWorkers } from '../support/busy-workers.js';
import { noteFault, passed } from './support/faulty-run.js';
import { useScene } from './support/scene.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
/** How often a worker ends. */
const TIMES = { proxy: 10, nameserver: 5 };
/** What each worker is left to work, in milliseconds, once it was seen to get on. */
const WORKS_MS = 2000;

describe.each(TRANSPORTS)('by %s,', (transport) => {
  it.each([
    ['is killed', 'SIGKILL', 'workerKilled', 50_000],
    // It writes on while it drains, and hands over at once.
    ['is asked to stop', 'SIGTERM', 'workerStopped', 80_000],
  ] as const)(
    'a worker that %s, again and again: the next one goes on, nothing is lost, and no more repeated than the report says',
    async (_, signal, fault, rowsEach) => {
      const times = TIMES[transport];
      const rate = { records: '15000/s' };
      let worker = await scene.startWorker();
      const run = await scene.migrate({
        rows: times * rowsEach,
        transport,
        settings: { rate, partitionSize: '4 MiB' },
      });
      await run.isBeyond(0);
      const recoveries: number[] = [];
      for (let time = 0; time < times; time++) {
        await passed(WORKS_MS);
        expect((await run.progress()).state).toBe('running');
        await worker.end(signal);
        worker = await scene.startWorker();
        recoveries.push(await run.secondsToMove());
      }
      const end = await run.endsComplete();

      // By the name server, brokers are asked what has arrived.
      if (signal === 'SIGTERM' || transport === 'nameserver') expect(end.report.duplicatesAtMost).toBe(0);
      else expect(end.report.duplicatesAtMost).toBeGreaterThan(0);
      await noteFault(fault, end, { recoverySeconds: Math.max(...recoveries), times });
    },
    600_000,
  );

  it('of two workers one is killed: the other one takes over what it was at', async () => {
    const workers = [await scene.startWorker(), await scene.startWorker()];
    const rows = 500_000;
    const settings = { rate: { records: '15000/s' }, partitionSize: '2 MiB', parallelism: 4 };
    const run = await scene.migrate({ rows, transport, settings });
    await run.isBeyond(rows / 10);
    // Temporal may hand all partitions to one of them for a while: it is one that has some that is killed.
    const killed = await run.until(async () => {
      const busy = await busyWorkers(scene.bench.temporal, run.run);
      return workers.find(({ child }) => busy.includes(child.pid));
    });
    await killed.end('SIGKILL');
    const since = performance.now();
    await run.until(
      async () => !(await busyWorkers(scene.bench.temporal, run.run)).includes(killed.child.pid),
    );
    const recovery = (performance.now() - since) / 1000;
    const end = await run.endsComplete();

    if (transport === 'nameserver') expect(end.report.duplicatesAtMost).toBe(0);
    else expect(end.report.duplicatesAtMost).toBeGreaterThan(0);
    await noteFault('oneOfTwoWorkers', end, { recoverySeconds: recovery });
  });
});
