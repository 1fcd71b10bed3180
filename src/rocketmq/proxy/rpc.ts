import { Duplex } from 'node:stream';
import type { ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { type BaseClient, type Endpoints, type ILogger, RpcClientManager } from 'rocketmq-client-nodejs';
import type {
  HeartbeatRequest,
  NotifyClientTerminationRequest,
  NotifyClientTerminationResponse,
  QueryRouteRequest,
  SendMessageRequest,
  TelemetryCommand,
} from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';

import service from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';

/** How long the farewell to a server may take, in milliseconds. */
const FAREWELL_MS = 1000;

/**
 * The official client's connections, mended in three places:
 * - it keys them by the identity of an `Endpoints` object, and every refresh of a route makes new ones, so sockets
 *   pile up; here the address is the key;
 * - its farewell throws or waits when the server is gone, and then nothing is closed; here it is given up after a
 *   second;
 * - it renews a telemetry stream a second after it broke, also after the client was shut down; here such a stream
 *   leads nowhere.
 */
export class StableRpcClientManager extends RpcClientManager {
  readonly #known = new Map<string, Endpoints>();
  readonly #logger: ILogger;
  #closed = false;

  constructor(client: BaseClient, logger: ILogger) {
    super(client, logger);
    this.#logger = logger;
  }

  override queryRoute(endpoints: Endpoints, request: QueryRouteRequest, timeoutMs: number) {
    return super.queryRoute(this.#same(endpoints), request, timeoutMs);
  }

  override heartbeat(endpoints: Endpoints, request: HeartbeatRequest, timeoutMs: number) {
    return super.heartbeat(this.#same(endpoints), request, timeoutMs);
  }

  override sendMessage(endpoints: Endpoints, request: SendMessageRequest, timeoutMs: number) {
    return super.sendMessage(this.#same(endpoints), request, timeoutMs);
  }

  override telemetry(endpoints: Endpoints, metadata: Metadata) {
    if (this.#closed) return nowhere();
    const stream = super.telemetry(this.#same(endpoints), metadata);
    // The client takes all listeners off a stream it has done with; an error that comes later would end the process.
    const removeAllListeners = stream.removeAllListeners.bind(stream);
    const onError = (error: Error) => this.#logger.info('telemetry stream ended: %s', error.message);
    stream.removeAllListeners = (event?: string | symbol) => {
      removeAllListeners(event);
      return stream.off('error', onError).on('error', onError);
    };
    return stream;
  }

  override async notifyClientTermination(
    endpoints: Endpoints,
    request: NotifyClientTerminationRequest,
    timeoutMs: number,
  ): Promise<NotifyClientTerminationResponse> {
    try {
      return await super.notifyClientTermination(
        this.#same(endpoints),
        request,
        Math.min(timeoutMs, FAREWELL_MS),
      );
    } catch (error) {
      // The server forgets a client by itself; what matters is that the connections are closed next.
      this.#logger.info('no farewell to %s: %s', endpoints.facade, String(error));
      return new service.NotifyClientTerminationResponse();
    }
  }

  override close(): void {
    this.#closed = true;
    super.close();
  }

  #same(endpoints: Endpoints): Endpoints {
    const known = this.#known.get(endpoints.facade);
    if (known) return known;
    this.#known.set(endpoints.facade, endpoints);
    return endpoints;
  }
}

/** A stream that takes everything and says nothing. */
function nowhere(): ClientDuplexStream<TelemetryCommand, TelemetryCommand> {
  const stream = new Duplex({ objectMode: true, read() {}, write: (_chunk, _encoding, done) => done() });
  return stream as unknown as ClientDuplexStream<TelemetryCommand, TelemetryCommand>;
}
