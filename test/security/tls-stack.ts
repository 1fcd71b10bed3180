import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll } from 'vitest';
import { down } from '../../src/dev/down.js';
import { properties } from '../../src/dev/rocketmq-config.js';
import { remotingTlsSettings } from '../../src/dev/server-tls.js';
import { type Stack, stackPaths } from '../../src/dev/stack.js';
import { up } from '../../src/dev/up.js';
import { CertificateAuthority, type Certified } from '../support/certificates.js';
import { MARKER_TOPIC } from '../support/topic-reader.js';
import { until } from '../support/until.js';

/** A stack of its own whose RocketMQ shows certificates that the test makes. */
export interface TlsStack {
  readonly stack: Stack;
  /** Who signs what it shows. */
  readonly authority: CertificateAuthority;
  /** Lets it show another one, which it takes up while it runs; returns when it does. */
  show(certified: Certified): Promise<void>;
  /** Lets name server and broker ask clients for a certificate of the authority from now on. */
  askClients(): Promise<void>;
}

/** At first it shows a certificate for 127.0.0.1 and for `rocketmq.test`. */
export function useTlsStack(topics: readonly string[]): TlsStack {
  const authority = new CertificateAuthority('Rocketlift tests');
  const tls = { authority } as { -readonly [K in keyof TlsStack]: TlsStack[K] };
  let folder: string;
  const write = async ({ cert, key }: Certified) => {
    // A rename, as nobody should read half a file. The servers wait until both have changed.
    for (const [name, content] of Object.entries({ 'server.pem': cert, 'server.key': key })) {
      await writeFile(join(folder, `${name}.next`), content);
      await rename(join(folder, `${name}.next`), join(folder, name));
    }
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rocketlift-tls-'));
    await write(usual(authority));
    tls.stack = await up({
      stateDir: join(folder, 'state'),
      portOffset: 'auto',
      topics: [...topics, MARKER_TOPIC],
      tls: files(folder),
    });
  }, 240_000);
  afterAll(async () => {
    await down(join(folder, 'state'), { signal: 'SIGKILL' });
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
  tls.askClients = async () => {
    const clientCaFile = join(folder, 'ca.pem');
    await writeFile(clientCaFile, authority.cert);
    const settings = remotingTlsSettings({ ...files(folder), clientCaFile });
    await writeFile(join(stackPaths(tls.stack.stateDir).rocketmq, 'tls.properties'), properties(settings));
    // They look there when they take up a certificate.
    await tls.show(usual(authority));
  };
  tls.show = async (certified) => {
    await write(certified);
    const { fingerprint256 } = new X509Certificate(certified.cert);
    const { proxy, namesrv, broker } = tls.stack.ports;
    for (const port of [proxy, namesrv, broker])
      await until(async () => (await shownAt(port)) === fingerprint256);
  };
  return tls;
}

const files = (folder: string) => ({
  certFile: join(folder, 'server.pem'),
  keyFile: join(folder, 'server.key'),
});

export const usual = (authority: CertificateAuthority): Certified =>
  authority.issue('rocketmq', { hosts: ['IP:127.0.0.1', 'DNS:rocketmq.test'] });

/** The fingerprint of the certificate that is shown at a port. */
async function shownAt(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}
