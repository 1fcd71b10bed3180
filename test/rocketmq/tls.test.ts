import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions as ServerOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Folders } from '../../src/folders/folders.js';
import type { Tls } from '../../src/job/schema/tls.js';
import { sinkFault } from '../../src/rocketmq/faults.js';
import { secureSocket, tlsClient } from '../../src/rocketmq/tls.js';
import { CertificateAuthority } from '../support/certificates.js';

const authority = new CertificateAuthority('Rocketlift tests');
const other = new CertificateAuthority('Somebody else');
const LOCAL = ['IP:127.0.0.1', 'DNS:localhost'] as const;
const server = authority.issue('server', { hosts: LOCAL });
const client = authority.issue('client');
const stranger = other.issue('client');
const expired = authority.issue('client', { expiredDays: 1 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rocketlift-tls-'));
  const files = {
    'ca.pem': authority.cert,
    'other-ca.pem': other.cert,
    'both.pem': `of two authorities\n${other.cert}\n${authority.cert}`,
    'client.pem': client.cert,
    'client.key': client.key,
    'chain.pem': client.cert + authority.cert,
    'stranger.pem': stranger.cert,
    'stranger.key': stranger.key,
    'expired.pem': expired.cert,
    'expired.key': expired.key,
    'damaged.pem': authority.cert.replace(/^M.{40}/m, 'A'),
    'encrypted.key': client.key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'),
    'text.pem': 'nothing of the kind',
    'empty.pem': '',
    'large.pem': 'x'.repeat(1024 * 1024 + 1),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await symlink('/etc/hosts', join(folder, 'way-out.pem'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const inFolder = ({ caFile, certFile, keyFile, ...rest }: Partial<Tls>): Tls => ({
  skipVerify: false,
  ...(caFile && { caFile: join(folder, caFile) }),
  ...(certFile && { certFile: join(folder, certFile) }),
  ...(keyFile && { keyFile: join(folder, keyFile) }),
  ...rest,
});

const towards = (tls: Partial<Tls>, folders: Folders = { secrets: [folder] }) =>
  tlsClient(inFolder(tls), folders).towards('127.0.0.1');

const asClient = (name: string) => ({ certFile: `${name}.pem`, keyFile: `${name}.key` });

describe('the files of sink.tls', () => {
  it.each<[string, Partial<Tls>, string]>([
    ['tls_file_missing', { caFile: 'not-there.pem' }, 'not-there.pem'],
    ['tls_file_unreadable', { caFile: '.' }, 'is no file'],
    ['tls_file_unreadable', { caFile: 'large.pem' }, '1024 KiB'],
    ['folder_not_allowed', { caFile: 'way-out.pem' }, 'way-out.pem'],
    ['tls_file_invalid', { caFile: 'empty.pem' }, 'no certificate'],
    ['tls_file_invalid', { caFile: 'text.pem' }, 'no certificate'],
    ['tls_file_invalid', { caFile: 'client.key' }, 'no certificate'],
    ['tls_file_invalid', { caFile: 'damaged.pem' }, 'damaged'],
    ['tls_file_invalid', { certFile: 'client.pem', keyFile: 'client.pem' }, 'no private key'],
    ['tls_file_invalid', { certFile: 'client.pem', keyFile: 'encrypted.key' }, 'is encrypted'],
    ['tls_key_mismatch', { certFile: 'client.pem', keyFile: 'stranger.key' }, 'stranger.key is not'],
    ['tls_client_certificate', asClient('expired'), 'valid no more'],
  ])('%s: %j', async (code, tls, message) => {
    const error = await towards(tls).catch((e) => e);
    expect(error).toMatchObject({ code, fault: 'user', message: expect.stringContaining(message) });
    expect(`${error.message}${error.cause}`).not.toContain('BEGIN');
  });

  it('must lie where secrets may', async () => {
    const refused = towards({ caFile: 'ca.pem' }, { read: [folder] });
    await expect(refused).rejects.toMatchObject({ code: 'folder_not_allowed' });
  });

  it('are read anew for each connection', async () => {
    await writeFile(join(folder, 'renewed.pem'), 'half of it');
    const client = tlsClient(inFolder({ caFile: 'renewed.pem' }), { secrets: [folder] });
    await expect(client.towards('localhost')).rejects.toMatchObject({ code: 'tls_file_invalid' });
    await writeFile(join(folder, 'renewed.pem'), authority.cert);
    await expect(client.towards('localhost')).resolves.toBeDefined();
  });

  it('once a run writes may be mended at any time, so that it waits for it', async () => {
    const fault = await towards({ caFile: 'text.pem' }).catch((e) => e);
    const error = Object.assign(new Error('No connection established'), { code: 14, cause: fault });
    const { code, message, mend } = fault;
    const said = { code, message, mend, stored: 'no' };
    expect(sinkFault(error, context('check'))).toMatchObject({ ...said, fault: 'user' });
    expect(sinkFault(error, context('write'))).toMatchObject({ ...said, fault: 'world' });
  });
});

const context = (stage: 'check' | 'write') =>
  ({ stage, topic: 'orders', endpoints: '127.0.0.1:8081', messageType: 'NORMAL' }) as const;

/** What comes of a connection to the server: `undefined` if it answers. */
async function attempt(server: Server, tls: Partial<Tls>): Promise<unknown> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const socket = await secureSocket({ ...(await towards(tls)), host: '127.0.0.1', port });
    // With TLS 1.3 a client hears after its handshake that its certificate is not taken.
    await once(socket, 'data');
    socket.destroy();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    server.close();
  }
}

/** A server that greets, and hangs up on who does not come through the handshake. */
const secure = (options: ServerOptions) =>
  createTlsServer({ ...server, ...options }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('welcome');
  });

const plain = (answer: string) =>
  createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(answer));
  });

const ASKS = { requestCert: true, rejectUnauthorized: true, ca: authority.cert };

describe('a handshake', () => {
  it.each<[string, ServerOptions, Partial<Tls>]>([
    ['with a server of the authority', {}, { caFile: 'ca.pem' }],
    ['with one of several authorities', {}, { caFile: 'both.pem' }],
    [
      'with a server of another name',
      authority.issue('elsewhere', { hosts: ['DNS:elsewhere'] }),
      { caFile: 'ca.pem', serverName: 'elsewhere' },
    ],
    [
      'with a server of another address',
      authority.issue('elsewhere', { hosts: ['IP:10.0.0.1'] }),
      { caFile: 'ca.pem', serverName: '10.0.0.1' },
    ],
    ['with a server that nobody vouches for', {}, { skipVerify: true }],
    ['with a server that asks for a certificate', ASKS, { caFile: 'ca.pem', ...asClient('client') }],
    ['with the chain of one', ASKS, { caFile: 'ca.pem', certFile: 'chain.pem', keyFile: 'client.key' }],
  ])('%s succeeds', async (_, options, tls) => {
    expect(await attempt(secure(options), tls)).toBeUndefined();
  });

  it.each<[string, string | false, Partial<Tls>]>([
    ['an address, which no server may be asked for', false, { caFile: 'ca.pem' }],
    ['a name', 'localhost', { caFile: 'ca.pem', serverName: 'localhost' }],
  ])('names the server by %s', async (_, asked, tls) => {
    const one = secure({});
    const name = once(one, 'secureConnection').then(([socket]) => (socket as TLSSocket).servername);
    expect(await attempt(one, tls)).toBeUndefined();
    expect(await name).toBe(asked);
  });

  const isOld = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

  it.each<[code: string, Server, Partial<Tls>]>([
    ['tls_not_trusted', secure({}), {}],
    ['tls_not_trusted', secure({}), { caFile: 'other-ca.pem' }],
    ['tls_not_trusted', secure({ cert: server.cert + authority.cert }), {}],
    ['tls_not_trusted', secure({ cert: authority.cert, key: authority.key }), {}],
    [
      'tls_certificate_expired',
      secure(authority.issue('server', { hosts: LOCAL, expiredDays: 1 })),
      { caFile: 'ca.pem' },
    ],
    [
      'tls_wrong_host',
      secure(authority.issue('elsewhere', { hosts: ['DNS:elsewhere'] })),
      { caFile: 'ca.pem' },
    ],
    ['tls_wrong_host', secure({}), { caFile: 'ca.pem', serverName: 'elsewhere' }],
    ['tls_client_certificate', secure(ASKS), { caFile: 'ca.pem' }],
    ['tls_not_spoken', plain('HTTP/1.1 400 Bad Request\r\n\r\n'), {}],
    ['tls_refused', secure(isOld), { caFile: 'ca.pem' }],
    ['tls_refused', secure({ ...ASKS, maxVersion: 'TLSv1.2' }), { caFile: 'ca.pem' }],
  ])('that fails is the fault of the user in a check, and of the world later: %s', async (code, one, tls) => {
    const error = await attempt(one, tls);
    expect(sinkFault(error, context('check'))).toMatchObject({ code, fault: 'user', stored: 'no' });
    expect(sinkFault(error, context('write'))).toMatchObject({ code, fault: 'world', stored: 'no' });
  });

  it.each([
    ['hangs up', plain('')],
    ['resets the connection', createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))],
  ])('with one that %s may be with a server that is starting', async (_, one) => {
    const error = await attempt(one, {});
    const cut = { code: 'tls_not_spoken', fault: 'world', stored: 'no' };
    expect(sinkFault(error, context('check'))).toMatchObject(cut);
  });
});
