import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type {
  CallOptions,
  ChannelOptions,
  ClientDuplexStream,
  ClientUnaryCall,
  Metadata,
  ServiceError,
} from '@grpc/grpc-js';
import { type BaseClient, type Endpoints, type ILogger, RpcClientManager } from 'rocketmq-client-nodejs';
import grpc, {
  type MessagingServiceClient,
} from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_grpc_pb.js';
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
import { PlainCredentials } from './plain-credentials.js';
import { TlsCredentials } from './tls-credentials.js';

/** How long the farewell to a server may take, in milliseconds. */
const FAREWELL_MS = 1000;

const CHANNEL: ChannelOptions = {
  // gRPC pauses up to two minutes between two attempts to connect, and would share that pause among all channels of a
  // process; a migration wants to go on as soon as the server is back.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 500,
  'grpc.max_reconnect_backoff_ms': 5000,
};

type StartCall<Response> = (
  client: MessagingServiceClient,
  metadata: Metadata,
  options: Partial<CallOptions>,
  done: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

interface Connection {
  readonly client: MessagingServiceClient;
  readonly tls: TlsCredentials | undefined;
  /** Those that were connected for it and are not closed. */
  readonly sockets: Set<Socket>;
  /** Requests, one after the other, that ended without an answer in time. */
  unanswered: number;
}

/** After so many of them a connection is taken for dead. */
const MOST_UNANSWERED = 2;

/**
 * The connections of the official client, with six things mended:
 * - it keeps them by the identity of an `Endpoints` object, and every refresh of a route makes new ones, so sockets
 *   pile up; here the address is the key;
 * - it leaves gRPC's pauses between two attempts to connect as they are, see above;
 * - its farewell throws or waits when the server is gone, and then nothing is closed; here it is given up after a second;
 * - its TLS takes no certificates of the user's;
 * - a connection on which everything is lost without a word (a host that is off, a forgotten NAT entry) it keeps until the system gives it
 *   up, a quarter of an hour later; here two requests without an answer are enough to make a new one;
 * - it renews a telemetry stream a second after it broke, also after the client was shut down; here such a stream leads
 *   nowhere.
 */
export class ProxyConnections extends RpcClientManager {
  readonly #connections = new Map<string, Connection>();
  readonly #owner: BaseClient;
  readonly #logger: ILogger;
  readonly #tls: TlsClient | undefined;
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
    return this.#call<SendMessageResponse>(endpoints, timeoutMs, (client, ...call) =>
      client.sendMessage(request, ...call),
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
    for (const { tls } of this.#connections.values()) if (tls?.failure) return tls.failure;
    return undefined;
  }

  override close(): void {
    this.#closed = true;
    super.close();
    for (const { client } of this.#connections.values()) client.close();
    this.#connections.clear();
  }

  #connection(endpoints: Endpoints): Connection {
    if (this.#closed) throw new Error('the connections are closed');
    let connection = this.#connections.get(endpoints.facade);
    if (!connection) {
      const sockets = new Set<Socket>();
      const onSocket = (socket: Socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      };
      const tls = this.#tls && new TlsCredentials(this.#tls, endpoints.addressesList[0].host, onSocket);
      const client = new grpc.MessagingServiceClient(
        endpoints.getGrpcTarget(),
        tls ?? new PlainCredentials(onSocket),
        // Gateways choose by it where a request goes, as by the name in the handshake.
        { ...CHANNEL, ...(this.#tls?.serverName && { 'grpc.default_authority': this.#tls.serverName }) },
      );
      connection = { client, tls, sockets, unanswered: 0 };
      this.#connections.set(endpoints.facade, connection);
    }
    return connection;
  }

  /** @param timeoutMs how long a request waits: so long what is under way on a connection that is taken for dead may still be answered */
  #heard({ facade }: Endpoints, connection: Connection, isAnswer: boolean, timeoutMs: number): void {
    connection.unanswered = isAnswer ? 0 : connection.unanswered + 1;
    if (connection.unanswered < MOST_UNANSWERED || this.#connections.get(facade) !== connection) return;
    this.#logger.info('no answers from %s: connecting anew', facade);
    this.#connections.delete(facade);
    connection.client.close();
    // gRPC lets neither go of one on which nothing comes, nor of the telemetry stream on it, which is renewed when it breaks.
    setTimeout(() => {
      for (const socket of connection.sockets) socket.destroy();
    }, timeoutMs).unref();
  }

  async #call<Response>(
    endpoints: Endpoints,
    timeoutMs: number,
    start: StartCall<Response>,
  ): Promise<Response> {
    const connection = this.#connection(endpoints);
    const { client, tls } = connection;
    const metadata = this.#owner.getRequestMetadata();
    return await new Promise((resolve, reject) => {
      start(client, metadata, { deadline: Date.now() + timeoutMs }, (error, response) => {
        this.#heard(endpoints, connection, error?.code !== DEADLINE_EXCEEDED, timeoutMs);
        if (error) reject(withCause(error, tls?.failure));
        else resolve(response);
      });
    });
  }
}

/** A gRPC status code. */
const DEADLINE_EXCEEDED = 4;

/** gRPC tells by a text alone why there is no connection: the error itself, where it comes from the TLS handshake. */
function withCause(error: ServiceError, failure: Error | undefined): ServiceError {
  return failure && error.details.includes(failure.message)
    ? Object.assign(error, { cause: failure })
    : error;
}

/** A stream that takes everything and says nothing. */
function nowhere(): ClientDuplexStream<TelemetryCommand, TelemetryCommand> {
  const stream = new Duplex({ objectMode: true, read() {}, write: (_chunk, _encoding, done) => done() });
  return stream as unknown as ClientDuplexStream<TelemetryCommand, TelemetryCommand>;
}
