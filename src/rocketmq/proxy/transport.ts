import { setTimeout as delay } from 'node:timers/promises';
import { format } from 'node:util';
import type { ILogger, MessageQueue } from 'rocketmq-client-nodejs';
import definition from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js';
import type { Folders } from '../../folders/folders.js';
import type { Sink } from '../../job/schema/sink.js';
import { isTemplate } from '../../job/template.js';
import { NO_REDACTION, type Redact, resolveCredentials } from '../credentials.js';
import { type FaultContext, sinkFault } from '../faults.js';
import { type MessageType, messageType } from '../message-type.js';
import type { OpenOptions, Transport } from '../producer.js';
import { ProxyClient } from './client.js';
import { noWritableQueue, ProxyProducer } from './producer.js';

/** How long one request may take, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
const MIN_REQUEST_TIMEOUT_MS = 1000;
const RETRY_MS = 500;
/** Node's timers hold no more milliseconds than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Takes the official client's log lines, for debugging. */
export type Log = (text: string) => void;

/** RocketMQ 5 through its proxy, by gRPC and the official client. TLS will be taken in here. */
export function proxyTransport(sink: Sink, log: Log, folders?: Folders): Transport {
  return {
    async open(options) {
      // Each time anew, so that a secret that was changed is taken up.
      const { credentials, redact } = sink.credentials
        ? await resolveCredentials(sink.credentials, { folders })
        : { credentials: undefined, redact: NO_REDACTION };
      const context: FaultContext = {
        stage: options.stage,
        topic: sink.topic,
        endpoints: sink.endpoints,
        messageType: messageType(sink),
        hasCredentials: credentials !== undefined,
        redact,
      };
      const client = new ProxyClient({
        endpoints: sink.endpoints,
        topic: sink.topic,
        requestTimeoutMs: Math.max(MIN_REQUEST_TIMEOUT_MS, Math.min(REQUEST_TIMEOUT_MS, options.timeoutMs)),
        logger: clientLogger(log, redact),
        credentials,
      });
      try {
        const queues = await openWithin(client, context, options);
        return {
          producer: new ProxyProducer(client, queues, { ...context, stage: 'write' }, commonTag(sink)),
          topic: { writableQueues: queues.length },
        };
      } catch (error) {
        await client.shutdown();
        throw error;
      }
    },
  };
}

/** Tries until the server answers, the time is up, or the fault is not the world's. */
async function openWithin(client: ProxyClient, context: FaultContext, options: OpenOptions) {
  const { timeoutMs, signal, onWaiting } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const queues = await before(deadline, client.open(), signal);
      if (queues.length === 0) throw noWritableQueue(context);
      if (!queues.some((queue) => takes(queue, context.messageType))) throw sinkFault(otherType(), context);
      return queues;
    } catch (error) {
      signal.throwIfAborted();
      const fault = sinkFault(error, context);
      if (fault.fault !== 'world' || Date.now() + RETRY_MS >= deadline) throw fault;
      onWaiting?.(fault);
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}

/** Servers older than message types tell none. */
function takes({ acceptMessageTypesList: types }: MessageQueue, type: MessageType): boolean {
  return types.length === 0 || types.includes(definition.MessageType[type]);
}

/** The tag of all messages; one with fields in it comes with each message. */
function commonTag({ tag }: Sink): string | undefined {
  return tag === undefined || isTemplate(tag) ? undefined : tag;
}

/** What the server would answer to a message, had one been sent. */
function otherType(): Error {
  const { MESSAGE_PROPERTY_CONFLICT_WITH_TYPE: code } = definition.Code;
  return Object.assign(new Error('its route names other message types'), { code });
}

/** The outcome of `work`, unless time is up or the caller gives up first. */
async function before<T>(deadline: number, work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const time = delay(Math.min(LONGEST_TIMER_MS, Math.max(0, deadline - Date.now())), undefined, {
    signal: AbortSignal.any([signal, over.signal]),
  }).then(() => {
    throw Object.assign(new Error('no answer in time'), { code: 4 });
  });
  try {
    return await Promise.race([work, time]);
  } finally {
    over.abort();
  }
}

/** What it says of an outage it says every second, with stacks; what matters of it reaches us as errors. */
function clientLogger(log: Log, redact: Redact): ILogger {
  const debug = (...args: unknown[]) => log(redact(format(...args)));
  return { info: debug, debug, warn: debug, error: debug };
}
