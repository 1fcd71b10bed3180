import { describe, expect, it } from 'vitest';
import { keptEntries } from '../../src/cli/dirty/entries.js';
import { FrameRelay, withOtherBrokers } from '../support/frame-relay.mjs';
import { useBench } from '../support/migration.js';
import { countTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { useWorkers } from '../support/worker-process.js';
import { useCluster } from './support/cluster.js';
import { passed } from './support/faulty-run.js';
import { readWithJava } from './support/java-reader.js';
import { type MigrateOptions, migrateRows } from './support/migrate-rows.js';

const cluster = useCluster();
const bench = useBench({ worker: false, stack: () => cluster().halves[0].stack });
const { start: startWorker } = useWorkers(bench);
const ROWS = 100_000;
/** Longer than a producer trusts a route without asking anew. */
const ROUTE_IS_OLD_MS = 35_000;

/** Starts a run into a new topic on both brokers. */
async function migrate({ sink, ...options }: MigrateOptions) {
  await startWorker();
  const topic = await cluster().topic();
  const stacks = () => cluster().stacks;
  const namesrvAddr = cluster().namesrvAddr;
  return await migrateRows(bench, {
    ...{ topic, stacks, ...options },
    sink: { namesrvAddr, transport: 'nameserver', ...sink },
  });
}

/** How many messages each broker holds. */
const counts = (topic: string) => Promise.all(cluster().stacks.map((stack) => countTopic(stack, topic)));

/** Lets a run that was slow get to its end. */
const hurry = (run: { readonly run: Parameters<typeof bench.client.tune>[0] }) =>
  bench.client.tune(run.run, { rate: { records: 30_000 } });

describe('two name servers and two brokers', () => {
  it('each get their half, and RocketMQ’s own client finds every record there', async () => {
    const run = await migrate({ rows: ROWS });
    const { found, duplicates } = await run.endsComplete();
    expect(duplicates).toBe(0);
    const read = await readWithJava(cluster().stacks[0].rocketmq.jars, cluster().namesrvAddr, run.topic);
    expect(read).toHaveLength(found.messages);
    expect(new Set(read.map(({ id }) => id)).size).toBe(ROWS);
    for (const { brokerName } of cluster().halves) {
      expect(read.filter((message) => message.brokerName === brokerName).length).toBeGreaterThan(ROWS / 3);
    }
  });

  it('each hold dirty records of a topic, and those of both are read', async () => {
    const dirtyTopic = await cluster().topic();
    const run = await migrate({
      rows: ROWS,
      dirtyEvery: 10,
      dirty: { mode: 'keep', topic: dirtyTopic },
      settings: { errorLimit: { records: ROWS } },
    });
    await run.endsComplete();
    const held = await counts(dirtyTopic);
    expect(Math.min(...held)).toBeGreaterThan(0);
    const { entries, missing } = await keptEntries(bench.client, run.run, {});
    const ids: string[] = [];
    for await (const { id } of entries) ids.push(id);
    expect(ids).toHaveLength(ROWS / 10);
    expect(new Set(ids).size).toBe(ROWS / 10);
    expect(missing(ids.length)).toBeUndefined();
  });

  it.each([
    ['killed', 'end'],
    ['frozen', 'freeze'],
  ] as const)('go on when one name server is %s, as if nothing had happened', async (_, how) => {
    const [{ namesrv }] = cluster().halves;
    const run = await migrate({ rows: ROWS });
    await run.isBeyond(ROWS / 10);
    await namesrv[how]();
    await run.isBeyond(ROWS / 2);
    // Another worker has to find its way by the other one.
    await startWorker();
    await namesrv.end();
    await cluster().heal();
    const { report } = await run.endsComplete();
    expect(report).toMatchObject({ retries: 0, duplicatesAtMost: 0 });
  });

  it('go on when a broker is killed, on the other one, and on both when it is back', async () => {
    const [, killed] = cluster().halves;
    const run = await migrate({ rows: 400_000, settings: { rate: { records: '5000/s' } } });
    await run.isBeyond(20_000);
    await killed.broker.end();
    await run.secondsToMove();
    const before = await run.written();
    await run.isBeyond(before + 40_000);
    await cluster().heal();
    const [, held] = await counts(run.topic);
    await until(async () => (await counts(run.topic))[1] > held);
    await hurry(run);
    const { report } = await run.endsComplete();
    expect(report.retries).toBeGreaterThan(0);
  });

  it('go on without any name server, also when a broker is then killed', async () => {
    const [one, other] = cluster().halves;
    const run = await migrate({ rows: 400_000, settings: { rate: { records: '4000/s' } } });
    await run.isBeyond(10_000);
    for (const { namesrv } of [one, other]) await namesrv.end();
    await passed(ROUTE_IS_OLD_MS);
    await run.secondsToMove();
    expect((await run.progress()).retries).toBe(0);
    await other.broker.end();
    await run.until(({ retries }) => retries > 0);
    const before = await run.written();
    await run.isBeyond(before + 20_000);
    await cluster().heal();
    await hurry(run);
    await run.endsComplete();
  });

  it('get nothing more on a broker that is made read-only, and the run goes on on the other one', async () => {
    const [, half] = cluster().halves;
    const run = await migrate({ rows: 400_000, settings: { rate: { records: '5000/s' } } });
    await run.isBeyond(20_000);
    // The broker itself goes on taking what comes: name servers tell producers, when they ask the next time.
    await cluster().permit(half, 4);
    await run.until(async ({ records: { written } }) => {
      const before = await countTopic(half.stack, run.topic);
      await run.isBeyond(written + 20_000);
      return (await countTopic(half.stack, run.topic)) === before;
    });
    await cluster().permit(half, 6);
    await hurry(run);
    const { report } = await run.endsComplete();
    expect(await countTopic(half.stack, run.topic)).toBeGreaterThan(0);
    expect(report).toMatchObject({ retries: 0, duplicatesAtMost: 0 });
  });

  it('are both found by name servers of which each knows one broker', async () => {
    await cluster().restartBrokers('one each');
    try {
      const run = await migrate({ rows: ROWS });
      const { report } = await run.endsComplete();
      expect(report).toMatchObject({ retries: 0, duplicatesAtMost: 0 });
      for (const count of await counts(run.topic)) expect(count).toBeGreaterThan(ROWS / 3);
    } finally {
      await cluster().restartBrokers('both');
    }
  });

  it.each(['first', 'last'] as const)(
    'are both found by name servers of which the %s knows an old address',
    async (place) => {
      const [{ namesrv, broker }, other] = cluster().halves;
      // Nobody listens there.
      const stale = await FrameRelay.open(
        namesrv.address,
        withOtherBrokers(() => ({ [broker.address]: '127.0.0.1:1' })),
      );
      try {
        const addresses = [stale.address, other.namesrv.address];
        const namesrvAddr = (place === 'first' ? addresses : addresses.toReversed()).join(';');
        const run = await migrate({ rows: ROWS, sink: { namesrvAddr } });
        const { report } = await run.endsComplete();
        expect(report.duplicatesAtMost).toBe(0);
        for (const count of await counts(run.topic)) expect(count).toBeGreaterThan(ROWS / 10);
      } finally {
        await stale.close();
      }
    },
  );

  it('are waited for when all are gone, and the run says why', async () => {
    const run = await migrate({ rows: ROWS });
    await run.isBeyond(ROWS / 10);
    const servers = cluster().halves.flatMap(({ namesrv, broker }) => [namesrv, broker]);
    await Promise.all(servers.map((server) => server.end()));
    const reason = await run.waitsFor();
    expect(reason).toMatchObject({ code: 'rocketmq_unreachable', fault: 'world' });
    expect(reason.message).toContain(cluster().namesrvAddr);
    const before = run.written();
    await before;
    await cluster().heal();
    await run.secondsToMove(before);
    await run.endsComplete();
  });
});
