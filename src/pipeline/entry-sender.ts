import type { EntrySender } from '../dirty/topic/store.js';
import type { Fault } from '../job/fault.js';
import type { Message } from '../job/message.js';
import type { EncodedMessage, Producer, Transport } from '../rocketmq/producer.js';
import { type DeliverOptions, deliver } from './deliver.js';

export interface EntrySenderOptions {
  /** The way to the topic. */
  readonly transport: Transport;
  /** The run that sends, `workflowId/runId`. */
  readonly run: string;
  /** How long connecting may take, in milliseconds. */
  readonly openForMs: number;
  /** How long the world's faults are waited out, in milliseconds. */
  readonly retryForMs: number;
  /** Ends the work: what was found before is kept all the same, if RocketMQ takes it within {@link DRAIN_MS}. */
  readonly stop: AbortSignal;
  /** Told of every fault that is waited out, and with `undefined` when something works. */
  readonly onTrouble: (fault: Fault | undefined) => void;
}

/**
 * How long keeping may go on after a stop, in milliseconds. What is not kept then is read again, and the messages behind it
 * are sent again.
 */
const DRAIN_MS = 5000;

/** Whoever reads tells entries apart by their ids, so that what may have arrived is just sent again. */
const NOBODY_TO_ASK: DeliverOptions['asker'] = { canAsk: false, found: async () => undefined };

/** Sends dirty records to a topic as messages are sent. Connects when there is the first one: most partitions have none. */
export function entrySender(options: EntrySenderOptions): EntrySender {
  const { transport, run, openForMs, retryForMs, onTrouble } = options;
  const late = new LateStop(options.stop);
  const stop = late.signal;
  let producer: Producer | undefined;
  const open = async () => {
    const wait = { stage: 'write', timeoutMs: openForMs, signal: stop, run, onWaiting: onTrouble } as const;
    return (await transport.open(wait)).producer;
  };
  const send = async (messages: readonly Message[]) => {
    producer ??= await open();
    for (const request of requests(messages, producer)) {
      const refused = await deliver(request, {
        producer,
        asker: NOBODY_TO_ASK,
        retryForMs,
        stop,
        fresh: async () => true,
        onRetry: onTrouble,
        onCertain: () => {},
        onAcknowledged: () => onTrouble(undefined),
      });
      for (const fault of refused.values()) throw fault;
    }
  };
  return {
    send: (messages) => late.during(() => send(messages)),
    close: async () => {
      late.end();
      await producer?.close();
    },
  };
}

/** A stop that comes later than another one: its time begins when there is something to do. */
class LateStop {
  readonly #stop: AbortSignal;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(stop: AbortSignal) {
    this.#stop = stop;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** At once: nobody waits for what is under way. */
  end(): void {
    clearTimeout(this.#timer);
    this.#end.abort();
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const begin = () => {
      this.#timer ??= setTimeout(() => this.#end.abort(), DRAIN_MS).unref();
    };
    if (this.#stop.aborted) begin();
    else this.#stop.addEventListener('abort', begin, { once: true });
    try {
      return await work();
    } finally {
      this.#stop.removeEventListener('abort', begin);
    }
  }
}

/** Messages that fit into a request together; one that does not fit into any is alone. */
function* requests(messages: readonly Message[], producer: Producer): Generator<EncodedMessage[]> {
  let request: EncodedMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const encoded = producer.encode(message);
    if (request.length > 0 && bytes + encoded.bytes.length > producer.maxRequestBytes) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(encoded);
    bytes += encoded.bytes.length;
  }
  if (request.length > 0) yield request;
}
