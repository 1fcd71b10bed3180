import { expect, it } from 'vitest';
import { ask, REQUEST } from '../../src/dev/remoting.js';
import { useClusterProxy } from '../support/cluster-proxy.js';
import { noteFault } from './support/faulty-run.js';
import { useScene } from './support/scene.js';
import { TRANSPORTS } from './support/transports.js';

const scene = useScene();
const proxy = useClusterProxy(scene.stack);
/** So many, in requests so small and so quick, that some always come while the broker stores others. */
const ROWS = { proxy: 600_000, nameserver: 300_000 };
const RECORDS = 20;
const REFUSALS = 5;

/**
 * What makes a broker refuse, and what it has by default (`MessageStoreConfig`, `BrokerConfig`). A proxy's requests never wait in
 * the broker's queue, as its processor is called at once: there it is how long, in milliseconds, it may be busy with storing
 * something before it refuses what comes meanwhile; a negative time makes it refuse whatever comes while it stores something else.
 * Those of clients wait in a queue, and are refused there after a time.
 */
const PATIENCE = {
  proxy: { none: 'osPageCacheBusyTimeOutMills=-1', usual: 'osPageCacheBusyTimeOutMills=1000' },
  nameserver: { none: 'waitTimeMillsInSendQueue=0', usual: 'waitTimeMillsInSendQueue=200' },
};

const configure = (setting: string) =>
  ask(scene.stack().rocketmq.brokerAddr, REQUEST.updateBrokerConfig, {}, { body: `${setting}\n` });

it.each(TRANSPORTS)(
  'by %s, a RocketMQ that refuses for having too much to do is sent the same again',
  async (transport) => {
    const { none, usual } = PATIENCE[transport];
    const rows = ROWS[transport];
    const worker = await scene.startWorker();
    const run = await scene.migrate({
      rows,
      ...(transport === 'proxy' ? { sink: { endpoints: proxy() } } : { transport }),
      settings: { parallelism: 4, rate: { records: '60000/s' }, batch: { records: RECORDS, inFlight: 16 } },
    });
    await run.isBeyond(rows / 10);
    expect(await configure(none)).toMatchObject({ code: 0 });
    await run.until(({ retries }) => retries > REFUSALS);
    const before = run.written();
    await before;
    expect(await configure(usual)).toMatchObject({ code: 0 });
    const recovery = await run.secondsToMove(before);
    const end = await run.endsComplete();

    expect(worker.log()).toContain('"code":"rocketmq_busy"');
    expect(end.report.retries).toBeGreaterThan(REFUSALS);
    // A refusal is no possible duplicate. A request is one whose answer the proxy did not wait for: it gives a broker two seconds, and
    // on a machine that is busy with something else that may be too little.
    const unanswered = transport === 'proxy' && worker.log().includes('"code":"rocketmq_timeout"');
    if (!unanswered) expect(end.report.duplicatesAtMost).toBe(0);
    else expect(end.report.duplicatesAtMost).toBeLessThan(end.report.retries * RECORDS);
    await noteFault('rocketmqBusy', end, { recoverySeconds: recovery });
  },
);
