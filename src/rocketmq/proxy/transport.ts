import { format } from 'node:util';
import type { ILogger, MessageQueue } from 'rocketmq-client-nodejs';
import definition from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js';
import type { Folders } from '../../folders/folders.js';
import { fullTopic } from '../../job/full-topic.js';
import type { Sink } from '../../job/schema/sink.js';
import type { Redact } from '../credentials.js';
import { type FaultContext, sinkFault } from '../faults.js';
import { type MessageType, messageType } from '../message-type.js';
import { openWithin } from '../open-within.js';
import type { OpenOptions, Transport } from '../producer.js';
import { commonTag, sinkSecrets } from '../sink-options.js';
import { tlsClient } from '../tls.js';
import { ProxyClient } from './client.js';
import { describeQueues } from './describe-queues.js';
import { noWritableQueue, ProxyProducer } from './producer.js';

/** How long one request may take, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
const MIN_REQUEST_TIMEOUT_MS = 1000;
/** A gRPC status code. */
const DEADLINE_EXCEEDED = 4;

/** Takes the official client's log lines, for debugging. */
export type Log = (text: string) => void;

/** RocketMQ 5 through its proxy, by gRPC and the official client. */
export function proxyTransport(sink: Sink, log: Log, folders?: Folders): Transport {
  return {
    async open(options) {
      const { endpoints } = sink;
      if (endpoints === undefined) throw new Error('a proxy transport, and no sink.endpoints');
      const { credentials, redact } = await sinkSecrets(sink, folders);
      const context: FaultContext = {
        stage: options.stage,
        topic: fullTopic(sink),
        endpoints,
        messageType: messageType(sink),
        hasCredentials: credentials !== undefined,
        hasTls: sink.tls !== undefined,
        redact,
      };
      const client = new ProxyClient({
        endpoints,
        topic: context.topic,
        requestTimeoutMs: Math.max(MIN_REQUEST_TIMEOUT_MS, Math.min(REQUEST_TIMEOUT_MS, options.timeoutMs)),
        logger: clientLogger(log, redact),
        credentials,
        tls: sink.tls && tlsClient(sink.tls, folders),
      });
      try {
        const queues = await openClient(client, context, options);
        const topic = describeQueues(await client.allQueues(), client.publishingSettings.maxBodySizeBytes);
        return {
          producer: new ProxyProducer({
            client,
            queues,
            context: { ...context, stage: 'write' },
            tag: commonTag(sink),
            acknowledge: sink.acknowledge,
            layout: options.layout ?? topic.layout,
          }),
          topic,
        };
      } catch (error) {
        await client.shutdown();
        throw error;
      }
    },
  };
}

/** Tries until the server answers with queues that take the job's messages. */
async function openClient(client: ProxyClient, context: FaultContext, options: OpenOptions) {
  const late = Object.assign(new Error('no answer in time'), { code: DEADLINE_EXCEEDED });
  const attempt = async () => {
    const queues = await client.open();
    if (queues.length === 0) throw noWritableQueue(context);
    if (!queues.some((queue) => takes(queue, context.messageType))) throw sinkFault(otherType(), context);
    return queues;
  };
  return await openWithin(attempt, late, context, options);
}

/** Servers older than message types tell none. */
function takes({ acceptMessageTypesList: types }: MessageQueue, type: MessageType): boolean {
  return types.length === 0 || types.includes(definition.MessageType[type]);
}

/** What the server would answer to a message, had one been sent. */
function otherType(): Error {
  const { MESSAGE_PROPERTY_CONFLICT_WITH_TYPE: code } = definition.Code;
  return Object.assign(new Error('its route names other message types'), { code });
}

/** What it says of an outage it says every second, with stacks; what matters of it reaches us as errors. */
function clientLogger(log: Log, redact: Redact): ILogger {
  const debug = (...args: unknown[]) => log(redact(format(...args)));
  return { info: debug, debug, warn: debug, error: debug };
}
