import {
  type Endpoints,
  type ILogger,
  type MessageQueue,
  Producer as OfficialProducer,
} from 'rocketmq-client-nodejs';
import type { Settings, Status } from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js';
import definition from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js';
import type {
  SendMessageRequest,
  SendMessageResponse,
} from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';
import type { Credentials } from '../credentials.js';
import type { TlsClient } from '../tls.js';
import { ProxyConnections } from './rpc.js';

const { Permission } = definition;

/** Of the brokers of one name; the others are slaves (apache/rocketmq, `MixAll.MASTER_ID`). */
const MASTER_ID = 0;

export interface ProxyClientOptions {
  readonly endpoints: string;
  readonly topic: string;
  /** How long one request may take, in milliseconds; at least 1000. */
  readonly requestTimeoutMs: number;
  readonly logger: ILogger;
  /** @default none: nobody in particular */
  readonly credentials?: Credentials | undefined;
  /** @default none: everything is sent in plain */
  readonly tls?: TlsClient | undefined;
}

/**
 * The official client, for what it does well (sessions, settings, routes, signatures, connections); the requests are
 * ours: many messages in one, one attempt each, to queues that may be written to.
 */
export class ProxyClient extends OfficialProducer {
  readonly #topic: string;
  readonly #connections: ProxyConnections;
  #settingsArrived: () => void = () => {};
  #settingsRefused: (reason: unknown) => void = () => {};

  constructor({ endpoints, topic, requestTimeoutMs, logger, credentials, tls }: ProxyClientOptions) {
    super({
      endpoints,
      namespace: '',
      requestTimeout: requestTimeoutMs,
      maxAttempts: 1,
      logger,
      ...(credentials && { sessionCredentials: sessionCredentials(credentials) }),
    });
    this.#topic = topic;
    // The field is read-only to those who only use the class.
    this.rpcClientManager.close();
    this.#connections = new ProxyConnections(this, logger, tls);
    Object.assign(this, { rpcClientManager: this.#connections });
  }

  /**
   * Opens the session: finds the topic and waits until the server has taken the publisher's settings, which is where
   * it checks the permission to publish.
   * The client's own start-up with topics is not used: it tries three times before it says that a topic is missing,
   * buries the reason, and waits for ever if the settings are not answered.
   */
  async open(): Promise<readonly MessageQueue[]> {
    if (!this.isRunning()) await this.startup();
    let timer: NodeJS.Timeout | undefined;
    const settings = new Promise<void>((resolve, reject) => {
      this.#settingsArrived = resolve;
      this.#settingsRefused = reject;
      timer = setTimeout(() => reject(unanswered(this.#connections.tlsFailure)), this.requestTimeout);
    });
    try {
      // Asking for a route makes the client send its settings to every server in the answer.
      const [queues] = await Promise.all([this.route(), settings]);
      return queues;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks anew which queues of the topic may be written to. */
  async route(): Promise<readonly MessageQueue[]> {
    this.topicRouteCache.delete(this.#topic);
    const queues = await this.allQueues();
    return queues.filter(
      ({ permission }) => permission === Permission.WRITE || permission === Permission.READ_WRITE,
    );
  }

  /** All queues of the topic, as they were when the route was asked for: those of masters, as slaves take no messages. */
  async allQueues(): Promise<readonly MessageQueue[]> {
    const { messageQueues } = await this.getRouteData(this.#topic);
    return messageQueues.filter(({ broker }) => broker.id === MASTER_ID);
  }

  request(endpoints: Endpoints, request: SendMessageRequest): Promise<SendMessageResponse> {
    return this.rpcClientManager.sendMessage(endpoints, request, this.requestTimeout);
  }

  override onSettingsCommand(endpoints: Endpoints, settings: Settings): void {
    super.onSettingsCommand(endpoints, settings);
    this.#settingsArrived();
  }

  override onUnknownCommand(endpoints: Endpoints, status: Status.AsObject): void {
    super.onUnknownCommand(endpoints, status);
    if (status) this.#settingsRefused(Object.assign(new Error(status.message), { code: status.code }));
  }
}

/** @param cause why a server could not be asked, if that is known: its route names servers beside those that the job does */
const unanswered = (cause: Error | undefined): Error =>
  Object.assign(new Error('the settings of the publisher were not answered', { cause }), { code: 4 });

/** In the words of the official client. */
const sessionCredentials = ({ accessKey, secretKey, securityToken }: Credentials) => ({
  accessKey,
  accessSecret: secretKey,
  ...(securityToken !== undefined && { securityToken }),
});
