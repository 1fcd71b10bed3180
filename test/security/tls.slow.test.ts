/** TLS to RocketMQ: who is taken for it, what is said of who is not, and who is let in. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCli } from '../cli/cli.js';
import { CertificateAuthority } from '../support/certificates.js';
import { useClusterProxy } from '../support/cluster-proxy.js';
import { useBench } from '../support/migration.js';
import { useNameServer } from '../support/name-server.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { type Target, type Tls, tlsJobs } from './tls-jobs.js';
import { useTlsStack, usual } from './tls-stack.js';

const TOPIC = 'encrypted';
const CA = { caFile: 'ca.pem' };

const bench = useBench({ allowSecrets: true });
const rocketmq = useTlsStack([TOPIC]);
const { authority } = rocketmq;
const servers = () => rocketmq.stack;
const enforcing = {
  proxy: useClusterProxy(servers, 'enforcing'),
  nameserver: useNameServer(servers, 'enforcing'),
};
const disabled = {
  proxy: useClusterProxy(servers, 'disabled'),
  nameserver: useNameServer(servers, 'disabled'),
};
const { job, check } = tlsJobs(bench, useCli(), TOPIC);

beforeAll(async () => {
  const other = new CertificateAuthority('Somebody else');
  await bench.file('ca.pem', authority.cert);
  await bench.file('other-ca.pem', other.cert);
  for (const [name, by] of Object.entries({ client: authority, stranger: other })) {
    const { cert, key } = by.issue(name);
    await bench.file(`${name}.pem`, cert);
    await bench.file(`${name}.key`, key);
  }
});

const count = () => countTopic(rocketmq.stack, TOPIC);

/** A run that is refused before it writes anything, in the same words as a check. */
async function isRefused(target: Target, tls: Tls, code: string, mend = ''): Promise<void> {
  const before = await count();
  const found = await check(target, tls);
  expect(found).toMatchObject({ ok: false, error: { code, mend: expect.stringContaining(mend) } });
  expect(await bench.run(await job(target, tls))).toMatchObject({
    state: 'failed',
    records: { read: 0, written: 0 },
    error: { code, fault: 'user', message: found.error?.message },
  });
  expect(await count()).toBe(before);
}

async function isWritten(target: Target, tls: Tls, rows: number): Promise<void> {
  const before = await count();
  expect(await bench.run(await job(target, tls, { rows }))).toMatchObject({
    state: 'completed',
    records: { read: rows, written: rows, dirty: 0, filtered: 0 },
    warnings: [],
  });
  expect(await count()).toBe(before + rows);
}

describe.each(['proxy', 'nameserver'] as const)('by the %s,', (transport) => {
  const target = (host = '127.0.0.1', { proxy, namesrv } = rocketmq.stack.ports): Target =>
    transport === 'proxy'
      ? { endpoints: `${host}:${proxy}` }
      : { namesrvAddr: `${host}:${namesrv}`, transport };
  const at = (address: string): Target =>
    transport === 'proxy' ? { endpoints: address } : { namesrvAddr: address, transport };

  it.each<[string, Tls, string]>([
    ['of the authority that the job names', CA, '127.0.0.1'],
    ['of another host, where the job says its name', { ...CA, serverName: 'rocketmq.test' }, 'localhost'],
  ])('a certificate %s is taken', async (_, tls, host) => {
    expect(await check(target(host), tls)).toMatchObject({ ok: true, warnings: [] });
  });

  it('a certificate of an authority that Node.js trusts is taken', async () => {
    const env = { NODE_EXTRA_CA_CERTS: join(bench.folder, 'ca.pem') };
    expect(await check(target(), {}, { env })).toMatchObject({ ok: true, warnings: [] });
  });

  it.each<[string, Tls, string, string]>([
    ['tls_not_trusted', {}, '127.0.0.1', 'sink.tls.caFile'],
    ['tls_not_trusted', { caFile: 'other-ca.pem' }, '127.0.0.1', 'sink.tls.caFile'],
    ['tls_wrong_host', CA, 'localhost', 'sink.tls.serverName'],
    ['tls_file_missing', { caFile: 'none.pem' }, '127.0.0.1', 'for every worker'],
  ])('RocketMQ is not taken for it, by check and by a run: %s', async (code, tls, host, mend) => {
    await isRefused(target(host), tls, code, mend);
  });

  it('a whole run is written, and arrives', async () => {
    await isWritten(target(), CA, 20_000);
    const messages = await readTopic(rocketmq.stack, TOPIC);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
  });

  it('skipVerify takes any certificate, and check and report warn of it', async () => {
    const warnings = [expect.stringContaining('sink.tls.skipVerify is on')];
    const tls = { caFile: 'other-ca.pem', skipVerify: true };
    expect(await check(target('localhost'), tls)).toMatchObject({ ok: true, warnings });
    expect(await bench.run(await job(target('localhost'), tls))).toMatchObject({
      state: 'completed',
      records: { written: 10 },
      warnings,
    });
  });

  it('who speaks nothing but TLS is not talked to in plain', async () => {
    const plain = await check(at(enforcing[transport]()), undefined, { connectTimeout: '2s' });
    expect(plain.error).toMatchObject({
      code: 'rocketmq_unreachable',
      mend: expect.stringContaining('If it speaks nothing but TLS'),
    });
    const { error } = await check(at(enforcing[transport]()), { skipVerify: true }, { connectTimeout: '2s' });
    // No broker has told this name server of a topic.
    expect(error?.code).toBe(transport === 'proxy' ? undefined : 'topic_not_found');
  });

  it('who speaks no TLS is told from who does', async () => {
    const { error } = await check(at(disabled[transport]()), CA, { connectTimeout: '2s' });
    expect(error).toMatchObject({ code: 'tls_not_spoken', mend: expect.stringContaining('sink.tls') });
  });

  it('a certificate that has expired ends a run that begins, and is waited for by one that is under way', async () => {
    const rows = 10_000;
    const before = await count();
    const long = await job(target(), CA, { rows, rate: { records: '2000/s' }, retryFor: '10m' });
    const run = await bench.client.start(long);
    await until(async () => (await bench.client.progress(run)).records.written > 0);
    await bench.client.pause(run);
    await until(async () => (await bench.client.progress(run)).state === 'paused');
    await rocketmq.show(authority.issue('rocketmq', { hosts: ['IP:127.0.0.1'], expiredDays: 1 }));
    await isRefused(target(), CA, 'tls_certificate_expired');

    await bench.client.resume(run);
    const waiting = await until(async () => {
      const { activities } = await bench.client.progress(run);
      return activities.find(({ heartbeat }) => heartbeat?.waitingFor)?.heartbeat?.waitingFor;
    });
    expect(waiting).toMatchObject({ code: 'tls_certificate_expired', fault: 'world' });
    await rocketmq.show(usual(authority));
    expect(await bench.client.wait(run)).toMatchObject({
      state: 'completed',
      records: { read: rows, written: rows },
      duplicatesAtMost: 0,
    });
    expect(await count()).toBe(before + rows);
  }, 120_000);

  it('a certificate must also be for the servers that are named by who was asked', async ({
    onTestFinished,
  }) => {
    onTestFinished(() => rocketmq.show(usual(authority)));
    // Routes name 127.0.0.1, for the proxy as for brokers.
    await rocketmq.show(authority.issue('rocketmq', { hosts: ['DNS:localhost'] }));
    expect((await check(target('localhost'), CA)).error?.code).toBe('tls_wrong_host');
    expect(await check(target('localhost'), { ...CA, serverName: 'localhost' })).toMatchObject({ ok: true });
  });
});

describe('where RocketMQ asks for a client certificate', () => {
  const target = (): Target => ({
    namesrvAddr: rocketmq.stack.rocketmq.namesrvAddr,
    transport: 'nameserver',
  });
  const as = (name: string) => ({ ...CA, certFile: `${name}.pem`, keyFile: `${name}.key` });

  beforeAll(() => rocketmq.askClients());

  it.each([
    ['without one', CA, 'tls_client_certificate'],
    ['with one of another authority', as('stranger'), 'tls_refused'],
  ])('nobody is let in %s', async (_, tls, code) => {
    await isRefused(target(), tls, code, 'sink.tls.certFile');
  });

  it('with one of its authority all that is written arrives', async () => {
    await isWritten(target(), as('client'), 20_000);
  });

  it('its proxy does not, and minds none', async () => {
    const { endpoints } = rocketmq.stack.rocketmq;
    expect(await check({ endpoints }, CA)).toMatchObject({ ok: true });
    expect(await check({ endpoints }, as('client'))).toMatchObject({ ok: true });
  });
});
