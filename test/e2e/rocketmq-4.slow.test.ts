/** RocketMQ 4 by its name server: jobs, proof and resuming as on 5, and who is let in by its ACL 1.0. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Account, type AccountName, readAccount } from '../../src/dev/accounts.js';
import type { JobInput } from '../../src/job/schema/job.js';
import type { TopicDetails } from '../../src/rocketmq/nameserver/topic-admin.js';
import { json, useCli } from '../cli/cli.js';
import { halfWay, ROWS, slowJob, stored } from '../support/half-way.js';
import { useBench } from '../support/migration.js';
import { mqadmin } from '../support/mqadmin.js';
import { makeTopic, useRocketmq4, writeLogbacks } from '../support/rocketmq-4.js';
import { countTopic, readTopic } from '../support/topic-reader.js';

const rocketmq = useRocketmq4(inject('stack'));
const bench = useBench();
const cli = useCli();

const newTopic = () => `t-${randomUUID()}`;
const byNameServer = () => ({ namesrvAddr: rocketmq.namesrvAddr, transport: 'nameserver' }) as const;
const create = { createTopic: { cluster: 'open', queues: 8 } } as const;

interface Over {
  readonly sink?: Partial<JobInput['sink']>;
  readonly settings?: JobInput['settings'];
  readonly verify?: JobInput['verify'];
  readonly dirty?: JobInput['dirty'];
}

/** A job over records of one of seven keys. */
async function job(topic: string, rows: number, over: Over = {}) {
  const lines = Array.from({ length: rows }, (_, n) => `${n},k${n % 7},row é ${n} ${'x'.repeat(n % 500)}`);
  const path = await bench.file(`${topic}.csv`, `id,key,text\n${lines.join('\n')}\n`);
  const { sink, ...rest } = over;
  return bench.job({
    source: { type: 'csv', path, columns: { id: 'integer' } },
    sink: { topic, ...byNameServer(), ...sink } as { topic: string },
    ...rest,
  });
}

describe('a job', () => {
  it.each([
    ['in batches', 500],
    ['message by message', 1],
  ])('%s creates its topic, and its messages are found again', async (_, records) => {
    const topic = newTopic();
    const over = { sink: create, settings: { batch: { records } }, verify: 'sample' } as const;
    const report = await bench.run(await job(topic, 3000, over));
    expect(report.error).toBeUndefined();
    expect(report).toMatchObject({
      state: 'completed',
      messages: 3000,
      duplicatesAtMost: 0,
      verified: { arrived: 3000 },
    });
    const messages = await readTopic(rocketmq.open, topic);
    expect(messages).toHaveLength(3000);
    const bodies = new Map(messages.map(({ body }) => [JSON.parse(body.toString()).id, body.toString()]));
    expect(bodies.size).toBe(3000);
    expect(bodies.get(2999)).toBe(`{"id":2999,"key":"k3","text":"row é 2999 ${'x'.repeat(499)}"}`);
  });

  it('compresses large bodies, and RocketMQ 4 undoes it', async () => {
    const topic = newTopic();
    const sink = { ...create, compressOver: '256 B' };
    const report = await bench.run(await job(topic, 600, { sink, verify: 'sample' }));
    expect(report).toMatchObject({ state: 'completed', messages: 600, verified: { arrived: 600 } });
    expect((await readTopic(rocketmq.open, topic)).filter(({ body }) => body.length > 300)).toEqual([]);

    await writeLogbacks(bench.folder);
    const printed = await mqadmin(rocketmq.open, bench.folder, 'printMsg', ['-t', topic, '-d', 'true']);
    for (const n of [0, 1, 499, 599]) expect(printed).toContain(`row é ${n} ${'x'.repeat(n % 500)}"}`);
  });

  it('keeps the order of equal keys', async () => {
    const topic = newTopic();
    const sink = { ...create, order: 'key' as const, keyFields: ['key'] };
    expect(await bench.run(await job(topic, 3000, { sink }))).toMatchObject({
      state: 'completed',
      messages: 3000,
    });
    const messages = (await readTopic(rocketmq.open, topic)).toSorted(
      (a, b) => a.queueOffset - b.queueOffset,
    );
    for (let key = 0; key < 7; key++) {
      const ofKey = messages.filter(({ keys }) => keys[0] === `k${key}`);
      expect(new Set(ofKey.map(({ queueId }) => queueId)).size).toBe(1);
      const ids = ofKey.map(({ body }) => JSON.parse(body.toString()).id);
      expect(ids).toEqual(Array.from({ length: ids.length }, (_, n) => n * 7 + key));
    }
    expect(messages).toHaveLength(3000);
  });

  it('whose worker is killed half-way goes on without a duplicate', { timeout: 120_000 }, async (context) => {
    const topic = newTopic();
    await makeTopic(rocketmq.open, topic);
    const { run, client, worker, startWorker } = await halfWay(
      await slowJob(bench, topic, { sink: byNameServer() }),
      context,
    );
    await worker.end('SIGKILL');
    await startWorker();
    expect(await client.wait(run)).toMatchObject({
      state: 'completed',
      records: { read: ROWS, written: ROWS },
      duplicatesAtMost: 0,
      warnings: [],
    });
    expect(await stored(rocketmq.open, topic)).toEqual({ records: ROWS, duplicates: 0 });
  });

  it('keeps dirty records in a topic, where they are found and read', async () => {
    const [topic, dirtyTopic] = [newTopic(), newTopic()];
    await makeTopic(rocketmq.open, topic);
    await makeTopic(rocketmq.open, dirtyTopic);
    const path = await bench.file(`${topic}.csv`, 'id\n1\nx\ny\n');
    const report = await bench.run(
      bench.job({
        source: { type: 'csv', path, columns: { id: 'integer' } },
        sink: { topic, ...byNameServer() },
        dirty: { mode: 'keep', topic: dirtyTopic },
      }),
    );
    expect(report).toMatchObject({ state: 'completed', records: { written: 1, dirty: 2 }, warnings: [] });
    const list = await cli.run(['dirty', 'list', report.job, '--json']);
    const { total, records } = json<{ total: number; records: { id: string }[] }>(list);
    expect(total).toBe(2);
    const kept = (await readTopic(rocketmq.open, dirtyTopic)).map(({ id }) => id);
    expect(records.map(({ id }) => id).sort()).toEqual(kept.sort());
    await writeLogbacks(bench.folder);
    const found = await mqadmin(rocketmq.open, bench.folder, 'queryMsgByKey', [
      ...['-t', dirtyTopic, '-k', kept[0]],
    ]);
    // A line of names, and one for the message.
    expect(found.trim().split('\n')).toHaveLength(2);
  });

  it('with a delay is refused: RocketMQ 4 would deliver at once, and not say so', async () => {
    const topic = newTopic();
    await makeTopic(rocketmq.open, topic);
    for (const sink of [{}, { ...create, topic: newTopic() }]) {
      const delayed = await job(topic, 1, { sink: { delay: '1h', ...sink } });
      expect(await bench.run(delayed)).toMatchObject({
        state: 'failed',
        records: { written: 0 },
        error: { code: 'delay_not_enabled', fault: 'user' },
        warnings: [],
      });
    }
    expect(await countTopic(rocketmq.open, topic)).toBe(0);
  });
});

it('its topics are described, without the type that they do not have', async () => {
  const topic = newTopic();
  await makeTopic(rocketmq.open, topic);
  const details = await cli.run(['topics', topic, '--namesrv', rocketmq.namesrvAddr, '--json']);
  const [described] = json<{ topics: TopicDetails[] }>(details).topics;
  expect(described).toMatchObject({ topic, messages: 0, maxMessageBytes: 4 * 1024 * 1024 });
  expect(described).not.toHaveProperty('type');
});

describe('ACL 1.0', () => {
  const topic = newTopic();
  beforeAll(() => makeTopic(rocketmq.closed, topic));

  const account = async (name: AccountName): Promise<Account> => {
    const found = await readAccount(rocketmq.closed.rocketmq.accounts ?? '', name);
    if (!found) throw new Error(`there is no account ${name}`);
    return found;
  };
  const otherSecret = async () => ({ ...(await account('publisher')), secretKey: randomUUID() });
  const otherName = async () => ({ ...(await account('publisher')), accessKey: `stranger-${randomUUID()}` });

  async function secured(who: Account | undefined, rows: number, over: Over = {}) {
    if (who) Object.assign(process.env, { ACL_1_ACCESS: who.accessKey, ACL_1_SECRET: who.secretKey });
    const credentials = { accessKey: '${env:ACL_1_ACCESS}', secretKey: '${env:ACL_1_SECRET}' };
    return await job(topic, rows, { ...over, sink: { ...over.sink, ...(who && { credentials }) } });
  }

  it.each([
    ['a wrong secret', otherSecret, 'wrong_secret_key', 'sink.credentials.secretKey points to'],
    ['an unknown access key', otherName, 'unknown_access_key', 'sink.credentials.accessKey points to'],
    ['no permission to publish', () => account('nobody'), 'no_permission', 'topicPerms'],
    ['no credentials', async () => undefined, 'credentials_missing', 'credentials: { accessKey:'],
  ])('tells %s by check, and nothing is stored', async (_, who, code, mend) => {
    const file = await cli.jobFile(await secured(await who(), 1));
    const result = await cli.run(['check', file, '--json']);
    expect(result.code).toBe(1);
    const [, , ends] = json<{ checks: object[] }>(result).checks;
    expect(ends).toMatchObject({
      ok: false,
      error: { code, fault: 'user', mend: expect.stringContaining(mend) },
    });
    expect(await countTopic(rocketmq.closed, topic)).toBe(0);
  });

  it('tells who may publish and not look, or not create a topic', async () => {
    const unproved = await secured(await account('publisher'), 1, { verify: 'sample' });
    const missing = { topic: newTopic(), createTopic: { cluster: 'closed', queues: 8 } };
    const uncreated = await secured(await account('publisher'), 1, { sink: missing });
    for (const [written, code, mend] of [
      [unproved, 'verify_not_permitted', `${topic}=PUB|SUB`],
      [uncreated, 'create_not_permitted', 'admin: true'],
    ] as const) {
      expect(await bench.run(written)).toMatchObject({
        state: 'failed',
        records: { written: 0 },
        error: { code, fault: 'user', mend: expect.stringContaining(mend) },
      });
    }
  });

  it('tells who may keep dirty records and not look at them', async () => {
    const dirtyTopic = newTopic();
    await makeTopic(rocketmq.closed, dirtyTopic);
    const dirty = { mode: 'keep', topic: dirtyTopic } as const;
    const report = await bench.run(await secured(await account('publisher'), 1, { dirty }));
    expect(report).toMatchObject({
      state: 'completed',
      warnings: [expect.stringContaining(`${dirtyTopic}=PUB|SUB`)],
    });
  });

  it('lets in who may publish: by check, which stores nothing, and by a run, all of which arrives', async () => {
    const written = await secured(await account('publisher'), 1000);
    const before = await countTopic(rocketmq.closed, topic);
    const { code } = await cli.run(['check', await cli.jobFile(written)]);
    expect(code).toBe(0);
    expect(await countTopic(rocketmq.closed, topic)).toBe(before);
    expect(await bench.run(written)).toMatchObject({ state: 'completed', records: { written: 1000 } });
    expect(await countTopic(rocketmq.closed, topic)).toBe(before + 1000);
  });
});
