import type { Message } from '../../job/message.js';
import type { Sink } from '../../job/schema/sink.js';
import { type FaultContext, SinkFault, sinkFault } from '../faults.js';
import { placeOf } from '../key-hash.js';
import type { Arrivals, EncodedMessage, Layout, Outcome, Producer } from '../producer.js';
import type { Answer, Request } from './connection.js';
import type { Connections } from './connections.js';
import { type BatchItem, COMPRESSED, joined, MessageEncoder, partsOf } from './encoder.js';
import { ANSWER, COMPRESSED_BY_ZLIB, REQUEST } from './protocol.js';
import { type Queue, queuesOf, turnOfQueues } from './queues.js';
import { isOfRocketMQ, RefusedError } from './remoting-error.js';
import { PRODUCER_GROUP } from './servers.js';
import type { TopicRoute } from './topic-route.js';

/** Java's `Short.MAX_VALUE`, less what this transport and the broker put beside: ids, separators, the cluster's name. */
const MAX_PROPERTY_BYTES = 32_767 - 767;

/** What brokers answer that have stored messages, but could not make them safe in time. */
const STORED_ONLY: readonly number[] = [
  ANSWER.flushDiskTimeout,
  ANSWER.slaveNotAvailable,
  ANSWER.flushSlaveTimeout,
];

/** No topic has so many queues. */
const NO_QUEUE = 2 ** 31 - 1;

const TAKEN: Outcome = { refusals: [], storedOnly: 0 };

export interface NameserverProducerOptions {
  readonly connections: Connections;
  readonly route: TopicRoute;
  readonly context: FaultContext;
  /** The tag of all messages, where they have the same. */
  readonly tag?: string | undefined;
  /** Makes the ids of messages. */
  readonly nextId: () => string;
  /** What counts as written. */
  readonly acknowledge: Sink['acknowledge'];
  /** Where what has arrived need not be sent again. */
  readonly arrivals?: Arrivals;
  /** The queues that keys are given to, where messages keep their order. */
  readonly layout?: Layout | undefined;
  /** Bodies of so many bytes and more are compressed. @default none */
  readonly compressOver?: number | undefined;
  /** The largest body, and the largest request, that every broker takes, in bytes. */
  readonly maxMessageBytes: number;
}

/** Sends batches straight to the brokers. */
export class NameserverProducer implements Producer {
  readonly maxPropertyBytes = MAX_PROPERTY_BYTES;
  readonly maxBodyBytes: number;
  readonly maxRequestBytes: number;
  readonly #options: NameserverProducerOptions;
  readonly #encoder: MessageEncoder;
  readonly #turn = turnOfQueues();
  /** The queue of each lane. */
  readonly #lanes: readonly Queue[] | undefined;

  constructor(options: NameserverProducerOptions) {
    const { route, tag, nextId, maxMessageBytes, layout, compressOver } = options;
    this.#options = options;
    this.#encoder = new MessageEncoder({ tag, nextId, ordered: layout !== undefined, compressOver });
    this.#lanes = layout && queuesOf(layout);
    this.maxBodyBytes = maxMessageBytes;
    this.maxRequestBytes = maxMessageBytes;
    this.#turn.queues = route.queues;
    route.onChange = (queues) => {
      this.#turn.queues = queues;
    };
  }

  /** A broker looks for the time of delivery in single messages alone. */
  get maxMessages(): number {
    return this.#options.context.messageType === 'DELAY' ? 1 : Number.POSITIVE_INFINITY;
  }

  get arrivals(): Arrivals | undefined {
    return this.#options.arrivals;
  }

  get isOrdered(): boolean {
    return this.#lanes !== undefined;
  }

  encode(message: Message): EncodedMessage {
    const item = this.#encoder.encode(message);
    return this.#lanes ? { ...item, lane: placeOf(message.key ?? '', this.#lanes.length) } : item;
  }

  async send(messages: readonly EncodedMessage[]): Promise<Outcome> {
    const { route, context } = this.#options;
    let queue: Queue | undefined;
    try {
      queue = await this.#queueFor(messages[0]);
      const request = sendRequest(messages as readonly BatchItem[], context.topic, queue);
      const outcome = this.#outcome(await route.ask(queue.broker, request), messages.length);
      this.#turn.succeeded(queue.broker);
      return outcome;
    } catch (error) {
      if (!isOfRocketMQ(error) && !(error instanceof SinkFault)) throw error;
      const fault = sinkFault(error, context);
      if (fault.fault === 'world') {
        route.isStale = true;
        if (queue) this.#turn.failed(queue.broker);
      }
      throw fault;
    }
  }

  async close(): Promise<void> {
    this.#options.route.close();
    this.#options.connections.close();
  }

  async #queueFor({ lane }: EncodedMessage): Promise<Queue> {
    const { route, context } = this.#options;
    await route.ready();
    if (this.#lanes && lane !== undefined) {
      const queue = this.#lanes[lane];
      // Another queue would break the order.
      if (!route.has(queue)) throw queueIsMissing(queue);
      return queue;
    }
    const queue = this.#turn.next();
    if (!queue) throw noWritableQueue(context);
    return queue;
  }

  #outcome({ code, remark }: Answer, messages: number): Outcome {
    if (code === ANSWER.ok) return TAKEN;
    const isEnough = STORED_ONLY.includes(code) && this.#options.acknowledge === 'stored';
    if (isEnough) return { refusals: [], storedOnly: messages };
    throw new RefusedError(code, remark);
  }
}

function sendRequest(messages: readonly BatchItem[], topic: string, { id }: Queue): Request {
  const systemFlag = messages[0].form === COMPRESSED ? COMPRESSED_BY_ZLIB : 0;
  if (messages.length > 1) {
    return {
      code: REQUEST.sendBatch,
      fields: sendFields(topic, id, { batch: true, systemFlag }),
      body: joined(messages),
    };
  }
  // One alone has less to be taken apart, and the time of delivery is looked for in it.
  const { body, properties } = partsOf(messages[0]);
  return {
    code: REQUEST.sendMessage,
    fields: sendFields(topic, id, { batch: false, systemFlag, properties }),
    body: [body],
  };
}

/** Their names are single letters, see `SendMessageRequestHeaderV2` of apache/rocketmq. */
function sendFields(
  topic: string,
  queueId: number,
  {
    batch,
    systemFlag,
    properties = '',
  }: { readonly batch: boolean; readonly systemFlag: number; readonly properties?: string },
): Request['fields'] {
  return {
    a: PRODUCER_GROUP,
    b: topic,
    // A topic that new ones would be made after, if brokers may: its own makes none.
    c: topic,
    d: 0,
    e: queueId,
    // The system's flag, the time, the user's flag.
    f: systemFlag,
    g: Date.now(),
    h: 0,
    i: properties,
    // Times it was consumed before, whether in a unit, times it may be.
    j: 0,
    k: false,
    l: 0,
    m: batch,
  };
}

/**
 * A request that is refused behind the check of permissions and before anything is stored: it asks whether messages may be sent.
 * @see queueIsRefused
 */
export function permissionRequest(topic: string): Request {
  const fields = sendFields(topic, NO_QUEUE, { batch: false, systemFlag: 0 });
  return { code: REQUEST.sendMessage, fields, body: [Buffer.from('?')] };
}

export const queueIsRefused = ({ remark }: Answer): boolean => /queueId\[.*\] is illegal/i.test(remark);

export function noWritableQueue(context: FaultContext): SinkFault {
  return sinkFault(
    new RefusedError(ANSWER.noPermission, 'sending message to any queue is forbidden'),
    context,
  );
}

function queueIsMissing({ broker, id }: Queue): RefusedError {
  return new RefusedError(
    ANSWER.notLeaderForQueue,
    `queue ${id} of broker ${broker} can not be written to now, and its keys must not go to another`,
  );
}
