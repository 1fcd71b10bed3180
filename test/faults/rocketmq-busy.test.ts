import { expect, it } from 'vitest';
import { ask, REQUEST } from '../../src/dev/remoting.js';
import { useClusterProxy } from '../support/cluster-proxy.js';
import { noteFault } from './support/faulty-run.js';
import { useScene } from './support/scene.js';

const scene = useScene();
const proxy = useClusterProxy(scene.stack);
/** So many, in requests so small and so quick, that some always come while the broker stores others. */
const ROWS = 600_000;
const REFUSALS = 5;

/**
 * How long, in milliseconds, the broker may be busy with storing something before it refuses what comes meanwhile.
 * (`MessageStoreConfig`; a negative time makes it refuse whatever comes while it stores something else.)
 */
const setPatience = (ms: number) =>
  ask(
    scene.stack().rocketmq.brokerAddr,
    REQUEST.updateBrokerConfig,
    {},
    { body: `osPageCacheBusyTimeOutMills=${ms}\n` },
  );

it('a RocketMQ that refuses for having too much to do is sent the same again', async () => {
  const worker = await scene.startWorker();
  const run = await scene.migrate({
    rows: ROWS,
    endpoints: proxy(),
    settings: { parallelism: 4, rate: { records: '60000/s' }, batch: { records: 20, inFlight: 16 } },
  });
  await run.isBeyond(ROWS / 10);
  expect(await setPatience(-1)).toMatchObject({ code: 0 });
  await run.until(({ retries }) => retries > REFUSALS);
  const before = run.written();
  await before;
  expect(await setPatience(1000)).toMatchObject({ code: 0 });
  const recovery = await run.secondsToMove(before);
  const end = await run.endsComplete();

  expect(worker.log()).toContain('"code":"rocketmq_busy"');
  expect(end.report.retries).toBeGreaterThan(REFUSALS);
  await noteFault('rocketmqBusy', end, recovery);
});
