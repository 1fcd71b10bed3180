import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js';
import { secureSocket, type TlsClient } from '../tls.js';

/**
 * TLS for a gRPC channel to one host. gRPC's own asks a server that is known by its address for that address, which Node.js
 * warns of; reads no file anew; and leaves nothing of an error but a text.
 */
export class TlsCredentials extends ChannelCredentials {
  readonly #tls: TlsClient;
  readonly #host: string;
  readonly #onSocket: (socket: Socket) => void;
  #failure: Error | undefined;

  /** @param onSocket told of each connection that is made, before it is secure */
  constructor(tls: TlsClient, host: string, onSocket: (socket: Socket) => void) {
    super();
    this.#onSocket = onSocket;
    this.#tls = tls;
    this.#host = host;
  }

  /** Why no connection became secure since one did; undefined where nothing is wrong. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    _target: unknown,
    _options: unknown,
    callCredentials = CallCredentials.createEmpty(),
  ) {
    let options: ConnectionOptions;
    return {
      // Before the connection is made, which has nobody to listen to its errors while files are read.
      waitForReady: () =>
        this.#noting(async () => {
          options = await this.#tls.towards(this.#host);
        }),
      connect: (socket: Socket) =>
        this.#noting(async () => {
          this.#onSocket(socket);
          const secured = await secureSocket({ ...options, socket, ALPNProtocols: ['h2'] });
          this.#failure = undefined;
          return { socket: secured, secure: true };
        }),
      getCallCredentials: () => callCredentials,
      destroy: () => {},
    };
  }

  async #noting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }
}
