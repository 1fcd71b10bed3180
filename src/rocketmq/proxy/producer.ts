import type { MessageQueue } from 'rocketmq-client-nodejs';
import type { SendMessageResponse } from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';
import service from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';
import type { Message } from '../../job/message.js';
import type { Sink } from '../../job/schema/sink.js';
import { type FaultContext, SinkFault, sinkFault } from '../faults.js';
import { placeOf } from '../key-hash.js';
import type { EncodedMessage, Layout, Outcome, Producer, Refusal } from '../producer.js';
import { QueueTurn } from '../queue-turn.js';
import type { ProxyClient } from './client.js';
import { ANY_BROKER } from './describe-queues.js';
import { MessageEncoder } from './encoder.js';

/** `maxUserPropertySize` of the proxy, which it tells no client. */
const MAX_PROPERTY_BYTES = 16 * 1024;

/** Ordered messages that are under way at once, at most: those of equal keys are of the same lane, and one after the other. */
const LANES = 64;

/** How long a proxy that did not answer for the route is left in peace, in milliseconds, where what is known can be sent to. */
const ASK_AGAIN_MS = 1000;

const STATUS_OK = 20_000;
const STATUS_MULTIPLE_RESULTS = 30_000;
/** The broker stored the messages, but did not flush or replicate them in time (`Code` of the proxy's protocol). */
const STORED_ONLY: readonly number[] = [50_002, 50_401, 50_402];

/** A request whose messages are encoded already: the official client takes it for one of its own. */
class EncodedRequest extends service.SendMessageRequest {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
  }

  override serializeBinary(): Uint8Array {
    return this.#bytes;
  }
}

export interface ProxyProducerOptions {
  readonly client: ProxyClient;
  readonly queues: readonly MessageQueue[];
  readonly context: FaultContext;
  /** The tag of all messages, where they have the same. */
  readonly tag?: string | undefined;
  /** What counts as written. */
  readonly acknowledge: Sink['acknowledge'];
  /** Which queues there are when the run begins: by them ordered messages are given to brokers. */
  readonly layout: Layout;
}

export class ProxyProducer implements Producer {
  readonly #client: ProxyClient;
  readonly #context: FaultContext;
  readonly #encoder: MessageEncoder;
  /** Status codes of what counts as written. */
  readonly #taken: readonly number[];
  #queues: readonly MessageQueue[] = [];
  /** The broker of each queue that there is when the run begins. */
  readonly #brokers: readonly string[];
  /** Of messages without an order. A proxy that failed is left alone for a while, where there are others. */
  readonly #turn = new QueueTurn<MessageQueue>({ place: proxyOf, number: ({ queueId }) => queueId });
  /** The refresh of the route that a failure made necessary; all senders wait for the same one. */
  #refresh: Promise<void> | undefined;
  #stale = false;
  /** Why there was no answer when the route was asked for last. */
  #routeFault: SinkFault | undefined;
  #askAgainAt = 0;

  readonly maxPropertyBytes: number;
  readonly maxRequestBytes = Number.POSITIVE_INFINITY;

  constructor({ client, queues, context, tag, acknowledge, layout }: ProxyProducerOptions) {
    this.#client = client;
    this.#useQueues(queues);
    this.#brokers = layout.flatMap(({ broker, queues }) => Array<string>(queues).fill(broker));
    this.#context = context;
    this.#taken = acknowledge === 'stored' ? [STATUS_OK, ...STORED_ONLY] : [STATUS_OK];
    this.#encoder = new MessageEncoder(context.topic, {
      ...(tag !== undefined && { tag }),
      type: context.messageType,
    });
    this.maxPropertyBytes = MAX_PROPERTY_BYTES - Buffer.byteLength(tag ?? '');
  }

  get maxBodyBytes(): number {
    return this.#client.publishingSettings.maxBodySizeBytes;
  }

  /**
   * RocketMQ 5.4.0 acknowledges a request with several delayed messages, and then delivers none of them; and it spreads a request
   * with several ordered ones over queues.
   */
  get maxMessages(): number {
    return this.#context.messageType === 'NORMAL' ? Number.POSITIVE_INFINITY : 1;
  }

  get isOrdered(): boolean {
    return this.#context.messageType === 'FIFO';
  }

  encode(message: Message): EncodedMessage {
    const encoded = this.#encoder.encode(message);
    return this.isOrdered ? { ...encoded, lane: placeOf(message.key ?? '', LANES) } : encoded;
  }

  async send(messages: readonly EncodedMessage[]): Promise<Outcome> {
    let queue: MessageQueue | undefined;
    try {
      queue = await this.#nextQueue(messages[0].lane);
      const request = new EncodedRequest(Buffer.concat(messages.map(({ bytes }) => bytes)));
      const response = await this.#client.request(queue.broker.endpoints, request);
      const outcome = this.#outcome(response, messages.length);
      this.#turn.succeeded(proxyOf(queue));
      return outcome;
    } catch (error) {
      const fault = sinkFault(error, { ...this.#context, sent: queue !== undefined });
      if (fault.fault === 'world') {
        this.#stale = true;
        if (queue) this.#turn.failed(proxyOf(queue));
      }
      throw fault;
    }
  }

  async close(): Promise<void> {
    await this.#client.shutdown();
  }

  /**
   * A proxy that stands beside a broker chooses among the queues of that one alone: equal keys keep their order only if they always
   * go by the same. A broker that is gone is waited for.
   */
  async #nextQueue(lane: number | undefined): Promise<MessageQueue> {
    await this.#freshRoute();
    if (this.#queues.length === 0) throw noWritableQueue(this.#context);
    if (lane === undefined) return this.#anyQueue();
    const broker = this.#brokers[Math.floor((lane * this.#brokers.length) / LANES)];
    if (broker === ANY_BROKER) return this.#anyQueue();
    const queue = this.#queues.find(({ broker: { name } }) => name === broker);
    if (!queue) throw noQueueOf(broker, this.#context);
    return queue;
  }

  #anyQueue(): MessageQueue {
    const queue = this.#turn.next();
    if (!queue) throw noWritableQueue(this.#context);
    return queue;
  }

  /**
   * Asks for the route where something has failed since. The proxy that tells it may be the one that is gone: then what is known is
   * still sent to, and after one attempt that was waited for none is until one works.
   */
  async #freshRoute(): Promise<void> {
    if (!this.#stale || (this.#isRouteAway && Date.now() < this.#askAgainAt)) return;
    this.#refresh ??= this.#refreshRoute().finally(() => {
      this.#refresh = undefined;
    });
    if (this.#isRouteAway) return;
    await this.#refresh;
    if (this.#routeFault && !this.#isRouteAway) throw this.#routeFault;
  }

  get #isRouteAway(): boolean {
    return AWAY.includes(this.#routeFault?.code ?? '') && this.#queues.length > 0;
  }

  /** Never rejects: not everybody waits for it. */
  async #refreshRoute(): Promise<void> {
    try {
      this.#useQueues(await this.#client.route());
      this.#stale = false;
      this.#routeFault = undefined;
    } catch (error) {
      this.#routeFault = sinkFault(error, { ...this.#context, sent: false });
      this.#askAgainAt = Date.now() + ASK_AGAIN_MS;
    }
  }

  #useQueues(queues: readonly MessageQueue[]): void {
    this.#queues = queues;
    this.#turn.queues = queues;
  }

  /**
   * An answer has one entry for all messages today, and may have one for each some day
   * (apache/rocketmq#11049).
   */
  #outcome(response: SendMessageResponse, sent: number): Outcome {
    const status = response.getStatus()?.toObject();
    if (!status) throw new Error('the answer has no status');
    // A request that is stored, but not safe, has that for its status and in its entry.
    if (!this.#taken.includes(status.code) && status.code !== STATUS_MULTIPLE_RESULTS)
      throw statusError(status);
    const entries = response.getEntriesList();
    if (entries.length === 0) throw new Error('the answer has no entries');
    const messagesOf = entries.length === sent ? 1 : sent;
    const refusals: Refusal[] = [];
    let storedOnly = 0;
    for (const [index, entry] of entries.entries()) {
      const result = entry.getStatus()?.toObject();
      if (!result || result.code === STATUS_OK) continue;
      if (this.#taken.includes(result.code)) {
        storedOnly += messagesOf;
        continue;
      }
      if (entries.length !== sent || entries.length === 1) throw statusError(result);
      refusals.push({ index, fault: sinkFault(statusError(result), this.#context) });
    }
    return { refusals, storedOnly };
  }
}

/** Codes of faults of a server that does not answer. */
const AWAY: readonly string[] = ['rocketmq_unreachable', 'rocketmq_timeout'];

const proxyOf = ({ broker }: MessageQueue): string => broker.endpoints.facade;

export function noWritableQueue({ topic, stage, endpoints }: FaultContext): SinkFault {
  return new SinkFault(
    'topic_not_writable',
    stage === 'check' ? 'user' : 'world',
    'no',
    `no queue of topic ${topic} can be written to (${endpoints})`,
    `Give the topic write permission: mqadmin updateTopicPerm -n NAMESRV -c CLUSTER -t ${topic} -p 6.`,
  );
}

/** Another broker would break the order of messages. */
const noQueueOf = (broker: string, { topic, endpoints }: FaultContext): SinkFault =>
  new SinkFault(
    'topic_not_writable',
    'world',
    'no',
    `broker ${broker} has no queue of topic ${topic} that can be written to now (${endpoints})`,
    'Start the broker again, or give its queues write permission: messages of its keys wait for it, to keep their order.',
  );

function statusError({ code, message }: { code: number; message: string }): Error {
  return Object.assign(new Error(message), { code });
}
