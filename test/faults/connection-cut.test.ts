import { afterEach, expect, it } from 'vitest';
import { useClusterProxy } from '../support/cluster-proxy.js';
import { noteFault } from './support/faulty-run.js';
import { Relay } from './support/relay.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const proxy = useClusterProxy(scene.stack);
const ROWS = 300_000;
const CUTS = 10;

let relay: Relay | undefined;
afterEach(async () => {
  await relay?.close();
});

it.each([
  ['within a request', 'connectionCut'],
  ['before an answer', 'answerLost'],
] as const)(
  'a connection that is cut %s, again and again, loses nothing, and what may be stored twice is counted',
  async (where, fault) => {
    const between = await Relay.open(proxy());
    relay = between;
    await scene.startWorker();
    const run = await scene.migrate({ rows: ROWS, endpoints: between.address });
    const recoveries: number[] = [];
    for (let cut = 0; cut < CUTS; cut++) {
      await run.isBeyond(await run.written());
      between.cutNext(where);
      await run.until(() => between.cuts > cut);
      recoveries.push(await run.secondsToMove());
    }
    const end = await run.endsComplete();

    // A cut may also hit a heartbeat of the client's, and then nothing has to be sent again.
    expect(end.report.retries).toBeGreaterThan(0);
    expect(end.report.duplicatesAtMost).toBeGreaterThan(0);
    await noteFault(fault, end, Math.max(...recoveries));
  },
);
