import { describe, expect, it } from 'vitest';
import { endServer } from '../../src/dev/down.js';
import { up } from '../../src/dev/up.js';
import { noteFault } from './support/faulty-run.js';
import { useScene } from './support/scene.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
// Enough for some to be left when it is back.
const ROWS = 200_000;

describe.each(TRANSPORTS)('by %s,', (transport) => {
  it.each([
    ['stopped', 'SIGTERM', 'temporalStopped'],
    ['killed', 'SIGKILL', 'temporalKilled'],
  ] as const)(
    'a Temporal that is %s and started again on its database finds the run where it was',
    async (_, signal, fault) => {
      await scene.startWorker();
      const run = await scene.migrate({ rows: ROWS, transport });
      await run.isBeyond(ROWS / 5);
      await endServer(scene.stack(), 'temporal', { signal });
      await expect(run.written()).rejects.toMatchObject({ code: 'temporal_unreachable' });
      await up({ stateDir: scene.stack().stateDir });
      const recovery = await run.secondsToMove();
      const end = await run.endsComplete();
      // Another attempt asks brokers what has arrived of what was sent since the last heartbeat.
      if (transport === 'nameserver') expect(end.report.duplicatesAtMost).toBe(0);
      await noteFault(fault, end, { recoverySeconds: recovery });
    },
  );
});
