/** What brokers tell whom, and how they are set up: topics, size limits, proof. On a RocketMQ with access control. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, REQUEST } from '../../src/dev/remoting.js';
import { adminOf } from '../../src/dev/topics.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { json, useCli } from '../cli/cli.js';
import { useBench } from '../support/migration.js';
import { countTopic } from '../support/topic-reader.js';
import { makeAccount, useAclStack } from './acl-stack.js';

const TOPIC = 'told';

const bench = useBench();
const cli = useCli();
const acl = useAclStack([TOPIC]);

const variables: Record<string, string> = {};

beforeAll(async () => {
  const verifier = { accessKey: 'verifier', secretKey: randomUUID() };
  await makeAccount(acl.stack, verifier, { actions: ['Pub', 'Get'] });
  const accounts = {
    PUBLISHER: await acl.account('publisher'),
    ADMIN: await acl.account('admin'),
    VERIFIER: verifier,
  };
  for (const [name, { accessKey, secretKey }] of Object.entries(accounts)) {
    Object.assign(variables, { [`${name}_ACCESS`]: accessKey, [`${name}_SECRET`]: secretKey });
  }
  Object.assign(process.env, variables);
});

async function job(
  account: string,
  { text = 'text', verify, sink }: { text?: string; verify?: JobInput['verify']; sink?: object } = {},
) {
  const path = await bench.file(`${randomUUID()}.csv`, `id,text\n1,${text}\n2,text\n`);
  const credentials = { accessKey: `\${env:${account}_ACCESS}`, secretKey: `\${env:${account}_SECRET}` };
  return bench.job({
    source: { type: 'csv', path },
    sink: {
      topic: TOPIC,
      namesrvAddr: acl.stack.rocketmq.namesrvAddr,
      transport: 'nameserver',
      credentials,
      ...sink,
    },
    ...(verify !== undefined && { verify }),
  });
}

/** Changes how the broker is set up, and waits until it says so. */
async function setBroker(settings: string) {
  const account = await adminOf(acl.stack);
  const options = { body: settings, account };
  const { code } = await ask(acl.stack.rocketmq.brokerAddr, REQUEST.updateBrokerConfig, {}, options);
  expect(code).toBe(0);
}

async function checked(account: string, verify?: JobInput['verify']) {
  const path = await cli.jobFile(await job(account, { ...(verify && { verify }) }));
  const result = await cli.run(['check', path, '--json'], { env: variables });
  return json<{ checks: { ok: boolean; error?: { code: string } }[] }>(result).checks[2];
}

describe('what an account may not see', () => {
  it('is unknown, and the rest is told', async () => {
    const topics = async (account: string) => {
      const path = await cli.jobFile(await job(account));
      return (await cli.run(['topics', TOPIC, '--job', path], { env: variables })).stdout;
    };
    const seen = await topics('ADMIN');
    expect(seen).toMatch(/type +NORMAL\n +messages +0\n +message size +4\.0 MiB at most\n/);
    const unseen = await topics('PUBLISHER');
    expect(unseen).toMatch(/type +unknown\n +messages +unknown\n/);
    expect(unseen).toMatch(/broker-a +DefaultCluster +\S+ +8 queues +8 queues +unknown\n/);
  });

  it('is no proof: an account that may only publish is told so, before anything is sent', async () => {
    const before = await countTopic(acl.stack, TOPIC);
    for (const verify of ['count', 'sample'] as const) {
      expect(await checked('PUBLISHER', verify)).toMatchObject({
        ok: false,
        error: { code: 'verify_not_permitted', fault: 'user', mend: expect.stringContaining('-a Pub,Get') },
      });
    }
    expect(await bench.run(await job('PUBLISHER', { verify: 'count' }))).toMatchObject({
      state: 'failed',
      error: { code: 'verify_not_permitted' },
    });
    expect(await countTopic(acl.stack, TOPIC)).toBe(before);

    expect(await checked('VERIFIER', 'sample')).toMatchObject({ ok: true });
    expect(await bench.run(await job('VERIFIER', { verify: 'sample' }))).toMatchObject({
      state: 'completed',
      warnings: [],
      verified: { arrived: 2, least: 2, most: 2, sampled: 2 },
    });
  });
});

it('a topic is created only by an account that may, which others are told', async () => {
  const sink = { topic: `t-${randomUUID()}`, createTopic: { queues: 2 } };
  expect(await bench.run(await job('PUBLISHER', { sink }))).toMatchObject({
    state: 'failed',
    error: { code: 'create_not_permitted', fault: 'user', mend: expect.stringContaining('-a Pub,Create') },
  });
  expect(await bench.run(await job('ADMIN', { sink }))).toMatchObject({ state: 'completed' });
});

describe('a broker that is set up otherwise', () => {
  it('says how large a message may be', async () => {
    await setBroker('maxMessageSize=65536');
    expect(await checked('PUBLISHER')).toMatchObject({ ok: true, topics: [{ maxMessageBytes: 65_536 }] });
    const report = await bench.run(await job('PUBLISHER', { text: 'x'.repeat(70_000) }));
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 2, written: 1, dirty: 1 },
      retries: 0,
    });
    await setBroker('maxMessageSize=4194304');
  });

  it('finds nothing by keys without an index, which a check says', async () => {
    await setBroker('messageIndexEnable=false');
    expect(await checked('VERIFIER', 'sample')).toMatchObject({
      ok: false,
      error: { code: 'index_disabled' },
    });
    expect(await checked('VERIFIER', 'count')).toMatchObject({ ok: true });
    await setBroker('messageIndexEnable=true');
  });
});
