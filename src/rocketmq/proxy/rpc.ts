import { Duplex } from 'node:stream';
import type { ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { type BaseClient, type Endpoints, type ILogger, RpcClientManager } from 'rocketmq-client-nodejs';
import service, {
  type HeartbeatRequest,
  type HeartbeatResponse,
  type NotifyClientTerminationRequest,
  type NotifyClientTerminationResponse,
  type QueryRouteRequest,
  type QueryRouteResponse,
  type SendMessageRequest,
  type SendMessageResponse,
  type TelemetryCommand,
} from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';
import type { TlsClient } from '../tls.js';
import { ProxyConnection, type StartCall } from './connection.js';

/** How long the farewell to a server may take, in milliseconds. */
const FAREWELL_MS = 1000;

/**
 * How long connecting may take where there is another address, in milliseconds. It is doubled when none was reached: names may be slow to
 * resolve.
 */
const CONNECT_MS = 3000;
const MOST_DOUBLINGS = 4;

/**
 * The connections of the official client, with seven things mended:
 * - it keeps them by the identity of an `Endpoints` object, and every refresh of a route makes new ones, so sockets
 *   pile up; here the address is the key;
 * - it leaves gRPC's pauses between two attempts to connect as they are, see above;
 * - its farewell throws or waits when the server is gone, and then nothing is closed; here it is given up after a second;
 * - its TLS takes no certificates of the user's;
 * - a connection on which everything is lost without a word (a host that is off, a forgotten NAT entry) it keeps until the system gives it
 *   up, a quarter of an hour later; here two requests without an answer are enough to make a new one;
 * - several addresses it hands to gRPC in a form that gRPC can't resolve; here there is a connection to one of them, and to the next one
 *   where that can't be reached;
 * - it renews a telemetry stream a second after it broke, also after the client was shut down; here such a stream leads
 *   nowhere.
 */
export class ProxyConnections extends RpcClientManager {
  /** To one address each of those that endpoints name, by their text. */
  readonly #connections = new Map<string, ProxyConnection>();
  readonly #owner: BaseClient;
  readonly #logger: ILogger;
  readonly #tls: TlsClient | undefined;
  /** Which of several addresses has its turn: not every producer begins with the same. */
  #turn = Math.floor(Math.random() * 2 ** 16);
  /** Addresses, one after the other, that were not reached in time. */
  #missed = 0;
  #closed = false;

  /** @param tls how to connect by TLS; without it everything is sent in plain */
  constructor(owner: BaseClient, logger: ILogger, tls?: TlsClient) {
    super(owner, logger);
    this.#owner = owner;
    this.#logger = logger;
    this.#tls = tls;
  }

  override queryRoute(endpoints: Endpoints, request: QueryRouteRequest, timeoutMs: number) {
    return this.#call<QueryRouteResponse>(endpoints, timeoutMs, (client, ...call) =>
      client.queryRoute(request, ...call),
    );
  }

  override heartbeat(endpoints: Endpoints, request: HeartbeatRequest, timeoutMs: number) {
    return this.#call<HeartbeatResponse>(endpoints, timeoutMs, (client, ...call) =>
      client.heartbeat(request, ...call),
    );
  }

  override sendMessage(endpoints: Endpoints, request: SendMessageRequest, timeoutMs: number) {
    return this.#call<SendMessageResponse>(
      endpoints,
      timeoutMs,
      (client, ...call) => client.sendMessage(request, ...call),
      true,
    );
  }

  override async notifyClientTermination(
    endpoints: Endpoints,
    request: NotifyClientTerminationRequest,
    timeoutMs: number,
  ): Promise<NotifyClientTerminationResponse> {
    const limitMs = Math.min(timeoutMs, FAREWELL_MS);
    try {
      return await this.#call<NotifyClientTerminationResponse>(endpoints, limitMs, (client, ...call) =>
        client.notifyClientTermination(request, ...call),
      );
    } catch (error) {
      // The server forgets a client by itself; what matters is that the connections are closed next.
      this.#logger.info('no farewell to %s: %s', endpoints.facade, String(error));
      return new service.NotifyClientTerminationResponse();
    }
  }

  override telemetry(endpoints: Endpoints, metadata: Metadata) {
    if (this.#closed) return nowhere();
    const stream = this.#connection(endpoints).client.telemetry(metadata);
    // The client takes all listeners off a stream it has done with; an error that comes later would end the process.
    const removeAllListeners = stream.removeAllListeners.bind(stream);
    const onError = (error: Error) => this.#logger.info('telemetry stream ended: %s', error.message);
    // The arguments are passed on as they came: with an explicit `undefined` Node removes nothing.
    stream.removeAllListeners = (...events: [(string | symbol)?]) => {
      removeAllListeners(...events);
      return stream.off('error', onError).on('error', onError);
    };
    return stream;
  }

  /** Why one of the servers is not reached by TLS, if one is not. */
  get tlsFailure(): Error | undefined {
    for (const { tlsFailure } of this.#connections.values()) if (tlsFailure) return tlsFailure;
    return undefined;
  }

  override close(): void {
    this.#closed = true;
    super.close();
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  #connection({ facade, addressesList: addresses }: Endpoints): ProxyConnection {
    if (this.#closed) throw new Error('the connections are closed');
    const open = this.#connections.get(facade);
    if (open) return open;
    const address = addresses[this.#turn % addresses.length];
    const connection = new ProxyConnection(address, {
      tls: this.#tls,
      connectMs:
        addresses.length > 1 ? CONNECT_MS * 2 ** Math.floor(this.#missed / addresses.length) : undefined,
      onGivenUp: (withinMs) => {
        if (this.#connections.get(facade) !== connection) return;
        this.#logger.info('no answers from %s:%d: connecting anew', address.host, address.port);
        this.#connections.delete(facade);
        this.#turn++;
        this.#missed = connection.isMade ? 0 : Math.min(this.#missed + 1, addresses.length * MOST_DOUBLINGS);
        connection.close(withinMs);
      },
    });
    this.#connections.set(facade, connection);
    return connection;
  }

  async #call<Response>(
    endpoints: Endpoints,
    timeoutMs: number,
    start: StartCall<Response>,
    isLarge?: boolean,
  ) {
    const metadata = this.#owner.getRequestMetadata();
    return await this.#connection(endpoints).call(start, metadata, timeoutMs, isLarge);
  }
}

/** A stream that takes everything and says nothing. */
function nowhere(): ClientDuplexStream<TelemetryCommand, TelemetryCommand> {
  const stream = new Duplex({ objectMode: true, read() {}, write: (_chunk, _encoding, done) => done() });
  return stream as unknown as ClientDuplexStream<TelemetryCommand, TelemetryCommand>;
}
