import type { Socket } from 'node:net';
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js';

/** A gRPC channel without TLS. gRPC's own does the same, and tells nobody which sockets it uses. */
export class PlainCredentials extends ChannelCredentials {
  readonly #onSocket: (socket: Socket) => void;

  /** @param onSocket told of each connection that is made */
  constructor(onSocket: (socket: Socket) => void) {
    super();
    this.#onSocket = onSocket;
  }

  override _isSecure(): boolean {
    return false;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    _target: unknown,
    _options: unknown,
    callCredentials = CallCredentials.createEmpty(),
  ) {
    return {
      waitForReady: async () => {},
      connect: async (socket: Socket) => {
        this.#onSocket(socket);
        return { socket, secure: false };
      },
      getCallCredentials: () => callCredentials,
      destroy: () => {},
    };
  }
}
