import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Fault } from '../../job/fault.js';
import { handshakeError, type TlsClient } from '../tls.js';
import { RemotingError } from './remoting-error.js';

export interface SocketOptions {
  /** How long connecting may take, in milliseconds. */
  readonly timeoutMs: number;
  /** @default without TLS */
  readonly tls?: TlsClient | undefined;
}

/**
 * Connects to a server.
 * @param address `host:port`
 * @param use takes the socket over, and must listen to its errors, in the moment it is connected: with TLS the next may be that the
 *   server does not take the client's certificate
 * @returns what `use` makes of it
 * @throws RemotingError `unreachable`, with what the network said as its cause, or what is wrong with the files of `tls`
 */
export async function openSocket<T>(
  address: string,
  options: SocketOptions,
  use: (socket: Socket) => T,
): Promise<T> {
  const { host, port } = hostAndPort(address);
  const { timeoutMs } = options;
  const tls = options.tls && (await secured(options.tls, host));
  return await new Promise((resolve, reject) => {
    const socket = tls ? connectTls({ host, port, ...tls }) : connectPlain({ host, port });
    const fail = (why: string, cause?: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new RemotingError('unreachable', `no connection to ${address}: ${why}`, { cause }));
    };
    const onError = (error: Error) => fail(reasonOf(error), tls ? handshakeError(error) : error);
    const onClose = () => fail('it was closed at once');
    const timer = setTimeout(() => fail(`not within ${timeoutMs} ms`), timeoutMs);
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      // Not among the options, as those of TLS have neither.
      socket.setNoDelay(true).setKeepAlive(true);
      const used = use(socket);
      socket.off('error', onError).off('close', onClose);
      resolve(used);
    });
  });
}

/** Of TLS the reason, as it names who was expected; of all else the code. */
export const reasonOf = (error: Error & { code?: string; reason?: string }): string =>
  error.reason ?? error.code ?? error.message;

/** @throws RemotingError where the files can't be used */
async function secured(tls: TlsClient, host: string): Promise<ConnectionOptions> {
  try {
    return await tls.towards(host);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new RemotingError('unreachable', cause.message, { cause });
  }
}

/** `host:port`, of which the host may be an IPv6 address, in brackets or not. */
function hostAndPort(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return {
    host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port: Number(address.slice(colon + 1)),
  };
}
