/** TLS to a RocketMQ proxy: who is taken for RocketMQ, and what is said of who is not. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JobInput } from '../../src/job/schema/job.js';
import { json, useCli } from '../cli/cli.js';
import { CertificateAuthority } from '../support/certificates.js';
import { useClusterProxy } from '../support/cluster-proxy.js';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { useTlsStack, usual } from './tls-stack.js';

const TOPIC = 'encrypted';

const bench = useBench({ allowSecrets: true });
const cli = useCli();
const rocketmq = useTlsStack([TOPIC]);
const { authority } = rocketmq;
const enforcing = useClusterProxy(() => rocketmq.stack, { tlsMode: 'enforcing' });
const disabled = useClusterProxy(() => rocketmq.stack, { tlsMode: 'disabled' });

type Tls = NonNullable<JobInput['sink']['tls']>;

interface Output {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly warnings: readonly string[];
    readonly error?: { readonly code: string; readonly message: string; readonly mend: string };
  }[];
}

beforeAll(async () => {
  await bench.file('ca.pem', authority.cert);
  await bench.file('other-ca.pem', new CertificateAuthority('Somebody else').cert);
});

async function job(
  tls: Tls | undefined,
  { endpoints = rocketmq.stack.rocketmq.endpoints, rows = 10, ...settings }: Options = {},
) {
  const lines = Array.from({ length: rows }, (_, n) => `${n},text`);
  const path = await bench.file(`${randomUUID()}.csv`, `id,text\n${lines.join('\n')}\n`);
  return bench.job({
    source: { type: 'csv', path },
    sink: { topic: TOPIC, endpoints, ...(tls && { tls }) },
    settings,
  });
}

type Options = { readonly endpoints?: string; readonly rows?: number } & NonNullable<JobInput['settings']>;

/** What `rocketlift check` finds at the topic's end. */
async function check(
  tls: Tls | undefined,
  options: Options & { readonly env?: Record<string, string> } = {},
) {
  const { env = {}, ...rest } = options;
  const file = await cli.jobFile(await job(tls, rest));
  const result = await cli.run(['check', file, '--allow-secrets', bench.folder, '--json'], { env });
  // Node.js warns there of what should not be done.
  expect(result.stderr).toBe('');
  const [, , ends] = json<Output>(result).checks;
  return ends;
}

const CA = { caFile: 'ca.pem' };
const localhost = () => `localhost:${rocketmq.stack.ports.proxy}`;

describe('a certificate', () => {
  it.each<[string, Tls, Options & { readonly env?: () => Record<string, string> }]>([
    ['of the authority that the job names', CA, {}],
    [
      'of an authority that Node.js trusts',
      {},
      { env: () => ({ NODE_EXTRA_CA_CERTS: join(bench.folder, 'ca.pem') }) },
    ],
    ['of a name that the job says', { ...CA, serverName: 'rocketmq.test' }, {}],
  ])('%s is taken', async (_, tls, { env, ...options }) => {
    expect(await check(tls, { ...options, ...(env && { env: env() }) })).toMatchObject({
      ok: true,
      warnings: [],
    });
  });

  it.each<[string, Tls, string, () => string]>([
    ['tls_not_trusted', {}, 'sink.tls.caFile', () => rocketmq.stack.rocketmq.endpoints],
    [
      'tls_not_trusted',
      { caFile: 'other-ca.pem' },
      'sink.tls.caFile',
      () => rocketmq.stack.rocketmq.endpoints,
    ],
    ['tls_wrong_host', CA, 'sink.tls.serverName', localhost],
    ['tls_file_missing', { caFile: 'none.pem' }, 'for every worker', localhost],
  ])('is not taken, by check and by a run: %s', async (code, tls, mend, endpoints) => {
    const before = await countTopic(rocketmq.stack, TOPIC);
    const found = await check(tls, { endpoints: endpoints() });
    expect(found).toMatchObject({ ok: false, error: { code, mend: expect.stringContaining(mend) } });
    expect(await bench.run(await job(tls, { endpoints: endpoints() }))).toMatchObject({
      state: 'failed',
      records: { read: 0, written: 0 },
      error: { code, fault: 'user', message: found.error?.message },
    });
    expect(await countTopic(rocketmq.stack, TOPIC)).toBe(before);
  });

  it('of another host is taken where the job says its name', async () => {
    const tls = { ...CA, serverName: 'rocketmq.test' };
    expect(await check(tls, { endpoints: localhost() })).toMatchObject({ ok: true });
  });
});

it('a whole run is written by TLS, and arrives', async () => {
  const before = await countTopic(rocketmq.stack, TOPIC);
  const rows = 20_000;
  expect(await bench.run(await job(CA, { rows }))).toMatchObject({
    state: 'completed',
    records: { read: rows, written: rows, dirty: 0, filtered: 0 },
    warnings: [],
  });
  const ids = new Set((await readTopic(rocketmq.stack, TOPIC)).map(({ id }) => id));
  expect(ids.size).toBe(before + rows);
});

it('skipVerify takes any certificate, and the report warns of it', async () => {
  const warnings = [expect.stringContaining('sink.tls.skipVerify is on')];
  const tls = { caFile: 'other-ca.pem', skipVerify: true };
  expect(await check(tls, { endpoints: localhost() })).toMatchObject({ ok: true, warnings });
  expect(await bench.run(await job(tls, { endpoints: localhost() }))).toMatchObject({
    state: 'completed',
    records: { written: 10 },
    warnings,
  });
});

describe('a proxy that speaks', () => {
  it('nothing but TLS is written to by it, and gives no answer in plain', async () => {
    expect(await check({ skipVerify: true }, { endpoints: enforcing() })).toMatchObject({ ok: true });
    const plain = await check(undefined, { endpoints: enforcing(), connectTimeout: '2s' });
    expect(plain.error).toMatchObject({
      code: 'rocketmq_unreachable',
      mend: expect.stringContaining('sink.tls'),
    });
  });

  it('no TLS is told from one that does', async () => {
    expect(await check(CA, { endpoints: disabled() })).toMatchObject({ error: { code: 'tls_not_spoken' } });
  });
});

describe('a certificate that is not valid any more', () => {
  const renew = () => rocketmq.show(usual(authority));

  it('ends a run that begins, and is waited for by one that is under way', async () => {
    const rows = 10_000;
    const long = await job(CA, { rows, rate: { records: '2000/s' }, retryFor: '10m' });
    const before = await countTopic(rocketmq.stack, TOPIC);
    const run = await bench.client.start(long);
    await until(async () => (await bench.client.progress(run)).records.written > 0);
    await bench.client.pause(run);
    await until(async () => (await bench.client.progress(run)).state === 'paused');
    await rocketmq.show(authority.issue('rocketmq', { hosts: ['IP:127.0.0.1'], expiredDays: 1 }));

    expect(await check(CA)).toMatchObject({ ok: false, error: { code: 'tls_certificate_expired' } });
    expect(await bench.run(await job(CA))).toMatchObject({
      state: 'failed',
      error: { code: 'tls_certificate_expired', fault: 'user' },
    });

    await bench.client.resume(run);
    const waiting = await until(async () => {
      const { activities } = await bench.client.progress(run);
      return activities.find(({ heartbeat }) => heartbeat?.waitingFor)?.heartbeat?.waitingFor;
    });
    expect(waiting).toMatchObject({ code: 'tls_certificate_expired', fault: 'world' });
    await renew();
    expect(await bench.client.wait(run)).toMatchObject({
      state: 'completed',
      records: { read: rows, written: rows },
      duplicatesAtMost: 0,
    });
    expect(await countTopic(rocketmq.stack, TOPIC)).toBe(before + rows);
  });
});
