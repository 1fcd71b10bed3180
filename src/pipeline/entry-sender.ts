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
  const stop = later(DRAIN_MS, options.stop);
  let producer: Producer | undefined;
  const open = async () => {
    const wait = { stage: 'write', timeoutMs: openForMs, signal: stop, run, onWaiting: onTrouble } as const;
    return (await transport.open(wait)).producer;
  };
  return {
    async send(messages) {
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
    },
    close: async () => await producer?.close(),
  };
}

/** A signal that comes so many milliseconds after another one. */
function later(ms: number, signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const begin = () => setTimeout(() => late.abort(), ms).unref();
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return late.signal;
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
