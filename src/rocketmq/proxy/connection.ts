import type { Socket } from 'node:net';
import type { CallOptions, ChannelOptions, ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import grpc, {
  type MessagingServiceClient,
} from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_grpc_pb.js';
import type { TlsClient } from '../tls.js';
import { PlainCredentials } from './plain-credentials.js';
import { TlsCredentials } from './tls-credentials.js';

const CHANNEL: ChannelOptions = {
  // gRPC pauses up to two minutes between two attempts to connect, and would share that pause among all channels of a
  // process; a migration wants to go on as soon as the server is back.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 500,
  'grpc.max_reconnect_backoff_ms': 5000,
};

/** gRPC status codes. */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

/** After so many requests without an answer a connection is taken for dead. */
const MOST_UNANSWERED = 2;
/** How long an answer is waited for at most where the line is narrow, in milliseconds. */
const LONGEST_WAIT_MS = 40_000;
/** How often it is looked whether something came, in milliseconds. */
const LOOK_MS = 250;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ConnectionOptions {
  /** @default none: everything is sent in plain */
  readonly tls: TlsClient | undefined;
  /** Where there is another address to go to: how long connecting to this one may take, in milliseconds. @default there is none */
  readonly connectMs: number | undefined;
  /**
   * Told when it is to be given up: it is dead, or can't be made and there is another address.
   * @param withinMs how long what is under way may still be answered, in milliseconds
   */
  readonly onGivenUp: (withinMs: number) => void;
}

export type StartCall<Response> = (
  client: MessagingServiceClient,
  metadata: Metadata,
  options: Partial<CallOptions>,
  done: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** A gRPC channel to one address of a proxy, which notices when it is dead. */
export class ProxyConnection {
  readonly client: MessagingServiceClient;
  readonly #options: ConnectionOptions;
  readonly #tls: TlsCredentials | undefined;
  /** Those that are not closed, and how much came by those that are. */
  readonly #sockets = new Set<Socket>();
  #readBefore = 0;
  /** When it was seen last that something had come, and how much that was in all. */
  #heard = { bytes: 0, at: 0 };
  readonly #looking: NodeJS.Timeout;
  readonly #connecting: NodeJS.Timeout | undefined;
  #isMade = false;
  #isClosed = false;
  /** Requests, one after the other, that ended without an answer in time while nothing came. */
  #unanswered = 0;
  /** How long a request of the size that is usual may take by this line, in milliseconds. */
  #waitMs = 0;

  constructor({ host, port }: Address, options: ConnectionOptions) {
    const { tls, connectMs, onGivenUp } = options;
    this.#options = options;
    const onSocket = (socket: Socket) => this.#take(socket);
    this.#tls = tls && new TlsCredentials(tls, host, onSocket);
    this.client = new grpc.MessagingServiceClient(
      `${host}:${port}`,
      this.#tls ?? new PlainCredentials(onSocket),
      {
        ...CHANNEL,
        // Gateways choose by it where a request goes, as by the name in the handshake.
        ...(tls?.serverName && { 'grpc.default_authority': tls.serverName }),
      },
    );
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
    if (connectMs !== undefined) this.#connecting = setTimeout(() => onGivenUp(0), connectMs).unref();
  }

  /** Why the server is not reached by TLS, if it is not. */
  get tlsFailure(): Error | undefined {
    return this.#tls?.failure;
  }

  /** Whether the address was reached at all. */
  get isMade(): boolean {
    return this.#isMade;
  }

  /**
   * @param timeoutMs how long an answer is waited for, in milliseconds
   * @param isLarge whether it is sent longer by a narrow line: as long as something comes by it, the next one is given more time
   * @throws ServiceError
   */
  async call<Response>(
    start: StartCall<Response>,
    metadata: Metadata,
    timeoutMs: number,
    isLarge = false,
  ): Promise<Response> {
    const began = Date.now();
    const waitMs = isLarge ? Math.max(timeoutMs, this.#waitMs) : timeoutMs;
    return await new Promise((resolve, reject) => {
      start(this.client, metadata, { deadline: began + waitMs }, (error, response) => {
        const isLate = error?.code === DEADLINE_EXCEEDED;
        const isAlive = isLate && this.#hasHeardWithin(waitMs / 2);
        if (!isLate) this.#unanswered = 0;
        else if (!isAlive) this.#unanswered++;
        if (isLarge) this.#adapt(waitMs, isAlive ? undefined : Date.now() - began);
        // Of a server that is gone gRPC says so at once.
        const isGone = error?.code === UNAVAILABLE && this.#options.connectMs !== undefined;
        if (isGone || this.#unanswered >= MOST_UNANSWERED) {
          this.#options.onGivenUp(Math.max(timeoutMs, this.#waitMs));
        }
        if (error) reject(withCause(error, this.tlsFailure));
        else resolve(response);
      });
    });
  }

  /** @param withinMs how long what is under way may still be answered, in milliseconds @default not at all */
  close(withinMs = 0): void {
    this.#isClosed = true;
    clearTimeout(this.#connecting);
    clearInterval(this.#looking);
    this.client.close();
    // gRPC lets go neither of one on which nothing comes, nor of the telemetry stream on it, which is renewed when it breaks.
    if (withinMs === 0) this.#destroy();
    else setTimeout(() => this.#destroy(), withinMs).unref();
  }

  #take(socket: Socket): void {
    clearTimeout(this.#connecting);
    if (this.#isClosed) {
      // gRPC would forget it, and leave it open; or make the next one, where it was closed before it knew the address.
      socket.destroy();
      this.client.close();
      throw new Error('the connection was closed before it was made');
    }
    this.#isMade = true;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#readBefore += socket.bytesRead;
    });
  }

  /** @param tookMs how long an answer took; undefined where there was none in time, and the line is not dead */
  #adapt(waitMs: number, tookMs: number | undefined): void {
    if (tookMs === undefined) this.#waitMs = Math.min(LONGEST_WAIT_MS, Math.max(this.#waitMs, 2 * waitMs));
    // Slowly back to what is usual.
    else if (this.#waitMs > 0)
      this.#waitMs = Math.min(this.#waitMs, Math.max(2 * tookMs, this.#waitMs * 0.9));
  }

  #hasHeardWithin(ms: number): boolean {
    this.#look();
    return Date.now() - this.#heard.at < ms;
  }

  #look(): void {
    const bytes = [...this.#sockets].reduce((sum, { bytesRead }) => sum + bytesRead, this.#readBefore);
    if (bytes !== this.#heard.bytes) this.#heard = { bytes, at: Date.now() };
  }

  #destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** gRPC tells by a text alone why there is no connection: the error itself, where it comes from the TLS handshake. */
function withCause(error: ServiceError, failure: Error | undefined): ServiceError {
  return failure && error.details.includes(failure.message)
    ? Object.assign(error, { cause: failure })
    : error;
}
