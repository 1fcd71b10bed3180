import { afterEach, describe, expect, it } from 'vitest';
import { useClusterProxy } from '../support/cluster-proxy.js';
import { type BrokerRelay, openBrokerRelay } from './support/broker-relay.js';
import { noteFault } from './support/faulty-run.js';
import { Relay } from './support/relay.js';
import { useScene } from './support/scene.js';
import { type FaultTransport, TRANSPORTS } from './support/transports.js';

const scene = useScene();
const proxy = useClusterProxy(scene.stack);
const CUTS = { proxy: 10, nameserver: 5 };
const ROWS_A_CUT = 30_000;

let relay: BrokerRelay | undefined;
afterEach(async () => {
  await relay?.close();
});

/** A relay between workers and what they send messages to: a proxy, or a broker. */
async function openRelay(transport: FaultTransport): Promise<BrokerRelay> {
  if (transport === 'nameserver') return await openBrokerRelay(scene.stack());
  const between = await Relay.open(proxy());
  return { relay: between, sink: { endpoints: between.address }, close: () => between.close() };
}

describe.each(TRANSPORTS)('by %s,', (transport) => {
  it.each([
    ['within a request', 'connectionCut'],
    ['before an answer', 'answerLost'],
  ] as const)(
    'a connection that is cut %s, again and again, loses nothing, and what may be stored twice is counted',
    async (where, fault) => {
      const times = CUTS[transport];
      relay = await openRelay(transport);
      const { relay: between, sink } = relay;
      await scene.startWorker();
      const run = await scene.migrate({ rows: times * ROWS_A_CUT, transport, sink });
      const recoveries: number[] = [];
      for (let cut = 0; cut < times; cut++) {
        await run.isBeyond(await run.written());
        between.cutNext(where);
        await run.until(() => between.cuts > cut);
        recoveries.push(await run.secondsToMove());
      }
      const end = await run.endsComplete();

      // A cut may also hit a heartbeat of the client's, and then nothing has to be sent again.
      expect(end.report.retries).toBeGreaterThan(0);
      // By the name server, brokers are asked what has arrived.
      if (transport === 'nameserver') expect(end.report.duplicatesAtMost).toBe(0);
      else expect(end.report.duplicatesAtMost).toBeGreaterThan(0);
      await noteFault(fault, end, { recoverySeconds: Math.max(...recoveries), times });
    },
  );

  it('a connection on which nothing comes through any more, and nobody says so, is given up for a new one', async () => {
    relay = await openRelay(transport);
    const { relay: between, sink } = relay;
    await scene.startWorker();
    const run = await scene.migrate({ rows: 10 * ROWS_A_CUT, transport, sink });
    await run.isBeyond(ROWS_A_CUT);
    const since = performance.now();
    between.silence();
    await run.waitsFor();
    await run.secondsToMove();
    // Nobody says when it would be whole again: the time is that from the silence on.
    const recoverySeconds = (performance.now() - since) / 1000;
    const end = await run.endsComplete();
    expect(end.report.retries).toBeGreaterThan(0);
    if (transport === 'nameserver') expect(end.report.duplicatesAtMost).toBe(0);
    await noteFault('connectionSilent', end, { recoverySeconds });
  });
});
