import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { Folders } from '../folders/folders.js';
import { userFault } from '../job/fault.js';
import type { Sink } from '../job/schema/sink.js';
import type { Tls } from '../job/schema/tls.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';

/** How connections to RocketMQ become secure. */
export interface TlsClient {
  /** What the servers are called, where that is not the host they are reached at. */
  readonly serverName?: string;
  /**
   * What a connection to a host is to be told, beside where it leads. The files are read each time, so that renewed ones are
   * taken up by the next connection.
   * @throws Fault the user's, if they can't be used: see {@link readTlsFiles}
   */
  towards(host: string): Promise<ConnectionOptions>;
}

/** @param folders what this machine allows jobs; the files must lie in those for secrets */
export function tlsClient(tls: Tls, folders?: Folders): TlsClient {
  const { serverName, skipVerify } = tls;
  return {
    ...(serverName !== undefined && { serverName }),
    async towards(host) {
      const name = serverName ?? host;
      return {
        secureContext: secureContext(await readTlsFiles(tls, folders)),
        rejectUnauthorized: !skipVerify,
        // No server may be asked for by an address.
        servername: isIP(name) ? '' : name,
        checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      };
    },
  };
}

/** @throws Fault the user's `tls_file_invalid`: OpenSSL refuses some that can be read, such as one with a key that is too short */
function secureContext(files: TlsFiles): SecureContext {
  try {
    return createSecureContext(files);
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string };
    throw userFault(
      'tls_file_invalid',
      `The files of sink.tls can not be used for a connection: ${reason ?? message}.`,
      'Have the certificate and its key made anew, as OpenSSL takes them today.',
    );
  }
}

/**
 * Connects, to `host` and `port` or over `socket`; resolves when the connection is secure.
 * @throws the error of node:tls, for `tlsRule` to tell what it means
 */
export function secureSocket(options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(options, () => resolve(socket));
    // They stay, and do nothing once it is secure: an error that nobody listens to yet would end the process.
    socket.on('error', (error) => reject(handshakeError(error)));
    socket.on('close', () => reject(cutOff()));
  });
}

/** An error of a handshake as it is told of: where the other side does not say good-bye, Node.js has other words for the same. */
export const handshakeError = (error: Error & { code?: string }): Error =>
  error.code === 'ECONNRESET' ? cutOff() : error;

const cutOff = (): Error =>
  Object.assign(
    new Error('Client network socket disconnected before secure TLS connection was established'),
    {
      code: 'ECONNRESET',
    },
  );

/** What a report says of TLS that protects less than it could. */
export const tlsWarnings = ({ tls }: Sink): string[] =>
  tls?.skipVerify
    ? [
        'sink.tls.skipVerify is on: the certificate of RocketMQ is not looked at, so that anybody on the way could pose as it ' +
          'and read what is sent; name its CA as sink.tls.caFile instead',
      ]
    : [];
