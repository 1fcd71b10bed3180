/** Credentials on a RocketMQ that asks for them: who is let in, and what is said to who is not. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { json, useCli } from '../cli/cli.js';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { makeAccount, useAclStack } from './acl-stack.js';

const TOPIC = 'secured';
const DIRTY_TOPIC = 'secured-dirty';

const bench = useBench({ allowSecrets: true });
const cli = useCli();
const acl = useAclStack([TOPIC, DIRTY_TOPIC]);

interface Output {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly error?: { readonly code: string; readonly message: string; readonly mend: string };
  }[];
}

/** Variables of accounts, one pair a case, for this process (where the worker runs) and for commands. */
const variables: Record<string, string> = {};

function setAccount(name: string, accessKey: string, secretKey: string) {
  Object.assign(variables, { [`${name}_ACCESS`]: accessKey, [`${name}_SECRET`]: secretKey });
  Object.assign(process.env, variables);
}

beforeAll(async () => {
  const publisher = await acl.account('publisher');
  const nobody = await acl.account('nobody');
  const reader = { accessKey: 'reader', secretKey: randomUUID() };
  const keeper = { accessKey: 'keeper', secretKey: randomUUID() };
  const retired = { accessKey: 'retired', secretKey: randomUUID() };
  await makeAccount(acl.stack, reader, { actions: ['Sub'] });
  await makeAccount(acl.stack, keeper, { actions: ['Pub', 'Sub', 'Get'], group: 'TOOLS_CONSUMER' });
  await makeAccount(acl.stack, retired, { actions: ['Pub'], enabled: false });
  setAccount('RIGHT', publisher.accessKey, publisher.secretKey);
  setAccount('WRONG', publisher.accessKey, randomUUID());
  setAccount('UNKNOWN', `stranger-${randomUUID()}`, publisher.secretKey);
  setAccount('NOBODY', nobody.accessKey, nobody.secretKey);
  setAccount('READER', reader.accessKey, reader.secretKey);
  setAccount('KEEPER', keeper.accessKey, keeper.secretKey);
  setAccount('RETIRED', retired.accessKey, retired.secretKey);
});

async function job(account: string | undefined, rows = 10) {
  const lines = Array.from({ length: rows }, (_, n) => `${n},text`);
  const path = await bench.file(`${randomUUID()}.csv`, `id,text\n${lines.join('\n')}\n`);
  const credentials = { accessKey: `\${env:${account}_ACCESS}`, secretKey: `\${env:${account}_SECRET}` };
  return bench.job({
    source: { type: 'csv', path },
    sink: { topic: TOPIC, endpoints: acl.stack.rocketmq.endpoints, ...(account && { credentials }) },
  });
}

describe('who is not let in is told why, by check and by a run, and nothing is stored', () => {
  it.each([
    ['WRONG', 'wrong_secret_key', 'sink.credentials.secretKey points to'],
    ['UNKNOWN', 'unknown_access_key', 'sink.credentials.accessKey points to'],
    ['NOBODY', 'no_permission', `-r Topic:${TOPIC} -a Pub`],
    // RocketMQ gives such an account the topic's route, so that a route alone would prove nothing.
    ['READER', 'no_permission', `-r Topic:${TOPIC} -a Pub`],
    ['RETIRED', 'account_disabled', 'mqadmin updateUser'],
    [undefined, 'credentials_missing', 'credentials: { accessKey:'],
    ['UNSET', 'secret_missing', 'UNSET_ACCESS'],
  ])('%s: %s', async (account, code, mend) => {
    const before = await countTopic(acl.stack, TOPIC);
    const written = await job(account);
    const result = await cli.run(['check', await cli.jobFile(written), '--json'], { env: variables });
    expect(result.code).toBe(1);
    const [, , ends] = json<Output>(result).checks;
    expect(ends).toMatchObject({
      ok: false,
      error: { code, fault: 'user', mend: expect.stringContaining(mend) },
    });
    expect(await countTopic(acl.stack, TOPIC)).toBe(before);

    const report = await bench.run(written);
    expect(report).toMatchObject({
      state: 'failed',
      records: { read: 0, written: 0 },
      error: { code, fault: 'user', message: ends.error?.message },
    });
    expect(await countTopic(acl.stack, TOPIC)).toBe(before);
    const told = `${result.stdout}${result.stderr}${JSON.stringify(report)}`;
    for (const value of Object.values(variables)) expect(told).not.toContain(value);
  });
});

it('who may publish is let in: by check, which stores nothing, and by a run, all of which arrives', async () => {
  const before = await countTopic(acl.stack, TOPIC);
  const rows = 20_000;
  const written = await job('RIGHT', rows);
  const { code } = await cli.run(['check', await cli.jobFile(written)], { env: variables });
  expect(code).toBe(0);
  expect(await countTopic(acl.stack, TOPIC)).toBe(before);

  expect(await bench.run(written)).toMatchObject({
    state: 'completed',
    records: { read: rows, written: rows, dirty: 0, filtered: 0 },
  });
  const ids = new Set((await readTopic(acl.stack, TOPIC)).map(({ id }) => id));
  expect(ids.size).toBe(before + rows);
});

it('a secret in a file is looked up each time, so that a changed one needs no other worker', async () => {
  const { accessKey, secretKey } = await acl.account('publisher');
  const file = await bench.file('secret-key', 'not yet right\n');
  const access = await bench.file('access-key', `${accessKey}\n`);
  const path = await bench.file('files.csv', 'id\n1\n');
  const written = bench.job({
    source: { type: 'csv', path },
    sink: {
      topic: TOPIC,
      endpoints: acl.stack.rocketmq.endpoints,
      credentials: { accessKey: `\${file:${access}}`, secretKey: `\${file:${file}}` },
    },
  });
  expect(await bench.run(written)).toMatchObject({ state: 'failed', error: { code: 'wrong_secret_key' } });
  await bench.file('secret-key', `${secretKey}\n`);
  expect(await bench.run(written)).toMatchObject({ state: 'completed', records: { written: 1 } });
});

it('a secret in a file is taken only where that is allowed, by check as well', async () => {
  const { accessKey, secretKey } = await acl.account('publisher');
  const file = await bench.file('allowed-key', secretKey);
  setAccount('FILE', accessKey, 'not looked at');
  const written = bench.job({
    source: { type: 'csv', path: await bench.file('allowed.csv', 'id\n1\n') },
    sink: {
      topic: TOPIC,
      endpoints: acl.stack.rocketmq.endpoints,
      credentials: { accessKey: '${env:FILE_ACCESS}', secretKey: `\${file:${file}}` },
    },
  });
  const check = ['check', await cli.jobFile(written)];
  const refused = await cli.run(check, { env: variables });
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('--allow-secrets') });
  const allowed = await cli.run([...check, '--allow-secrets', bench.folder], { env: variables });
  expect(allowed).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ source and topic') });
});

describe('rocketlift dev up --acl', () => {
  it('keeps its passwords where only the user can read them, and shows none', async () => {
    const { stateDir } = acl.stack;
    const result = await cli.run(['dev', 'up', '--acl', '--state', stateDir]);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('publisher.env') });
    const status = await cli.run(['dev', 'status', '--state', stateDir, '--json']);
    expect(json(status)).toMatchObject({
      running: true,
      rocketmq: { accounts: { publisher: expect.any(String) } },
    });
    const logs = await cli.run(['dev', 'logs', '--state', stateDir, '-n', '100000']);
    for (const name of ['admin', 'publisher', 'nobody'] as const) {
      const { secretKey } = await acl.account(name);
      for (const { stdout, stderr } of [result, status, logs])
        expect(stdout + stderr).not.toContain(secretKey);
    }
    const root = join(stateDir, 'stack');
    const files = [
      'accounts/publisher.env',
      'accounts/admin/secret-key',
      'rocketmq/broker.conf',
      'rocketmq/proxy.json',
    ];
    for (const file of files) expect((await stat(join(root, file))).mode & 0o777).toBe(0o600);
    for (const folder of ['accounts', 'rocketmq'])
      expect((await stat(join(root, folder))).mode & 0o077).toBe(0);
  });

  it('is another stack than one without', async () => {
    const { stateDir } = acl.stack;
    const { up } = await import('../../src/dev/up.js');
    await expect(up({ stateDir, acl: false })).rejects.toMatchObject({ code: 'other_access', fault: 'user' });
  });
});

describe('dirty records that are kept in a topic', () => {
  async function dirtyJob(account: string) {
    const job = {
      source: {
        type: 'csv',
        path: await bench.file(`${randomUUID()}.csv`, 'id\n1\nx\n'),
        columns: { id: 'integer' },
      },
      sink: {
        topic: TOPIC,
        endpoints: acl.stack.rocketmq.endpoints,
        namesrvAddr: acl.stack.rocketmq.namesrvAddr,
        transport: 'proxy',
        credentials: { accessKey: `\${env:${account}_ACCESS}`, secretKey: `\${env:${account}_SECRET}` },
      },
      dirty: { mode: 'keep', topic: DIRTY_TOPIC },
    } as const;
    return bench.job(job);
  }

  it('are kept and read with the credentials of the job, which are known where they are asked for', async () => {
    const report = await bench.run(await dirtyJob('KEEPER'));
    expect(report).toMatchObject({ state: 'completed', records: { written: 1, dirty: 1 }, warnings: [] });
    const list = ['dirty', 'list', report.job, '--json'];
    expect(json(await cli.run(list, { env: variables }))).toMatchObject({ total: 1 });
    const refused = await cli.run(list, { env: { KEEPER_ACCESS: '', KEEPER_SECRET: '' } });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('KEEPER_ACCESS') });
    const kept = (await readTopic(acl.stack, DIRTY_TOPIC)).map(({ body }) => body.toString());
    for (const value of Object.values(variables)) expect(kept.join()).not.toContain(value);
  });

  it('are kept by who may only publish, and it is said that they can not be looked at', async () => {
    const job = await dirtyJob('RIGHT');
    const before = await countTopic(acl.stack, DIRTY_TOPIC);
    const checked = await cli.run(['check', await cli.jobFile(job)], { env: variables });
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining("can't be looked at") });
    expect(await countTopic(acl.stack, DIRTY_TOPIC)).toBe(before);
    const report = await bench.run(job);
    expect(report).toMatchObject({
      state: 'completed',
      records: { dirty: 1 },
      warnings: [expect.stringContaining(`-r Topic:${DIRTY_TOPIC},Group:TOOLS_CONSUMER -a Pub,Sub,Get`)],
    });
    expect(await countTopic(acl.stack, DIRTY_TOPIC)).toBe(before + 1);
    const listed = await cli.run(['dirty', 'list', report.job], { env: variables });
    expect(listed).toMatchObject({ code: 2, stderr: expect.stringContaining('may not read topic') });
  });
});
