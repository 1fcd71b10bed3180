import { randomUUID } from 'node:crypto';
import type { Folders } from '../../folders/folders.js';
import type { Sink } from '../../job/schema/sink.js';
import { type FaultContext, sinkFault } from '../faults.js';
import { messageType } from '../message-type.js';
import { openWithin } from '../open-within.js';
import type { OpenOptions, Transport } from '../producer.js';
import { commonTag, sinkSecrets } from '../sink-options.js';
import { tlsClient } from '../tls.js';
import { NameserverArrivals } from './arrivals.js';
import { Connections } from './connections.js';
import { KnownRoutes } from './known-routes.js';
import { messageIds, runMark } from './message-id.js';
import { NameServers } from './name-servers.js';
import {
  NameserverProducer,
  noWritableQueue,
  PRODUCER_GROUP,
  permissionRequest,
  queueIsRefused,
} from './producer.js';
import { layoutOf } from './queues.js';
import { RefusedError, RemotingError } from './remoting-error.js';
import { TopicRoute } from './topic-route.js';

/** How long connecting and one request may take, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
/** `maxMessageSize` of a broker, unless it is set up otherwise. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Any RocketMQ through its name servers, by the remoting protocol, straight to the brokers. */
export function nameserverTransport(sink: Sink, folders?: Folders): Transport {
  return {
    async open(options) {
      const { namesrvAddr } = sink;
      if (namesrvAddr === undefined) throw new Error('a name server transport, and no sink.namesrvAddr');
      const { credentials, redact } = await sinkSecrets(sink, folders);
      const context: FaultContext = {
        stage: options.stage,
        topic: sink.topic,
        endpoints: namesrvAddr,
        messageType: messageType(sink),
        hasCredentials: credentials !== undefined,
        hasTls: sink.tls !== undefined,
        redact,
      };
      const connections = new Connections({
        clientId: `rocketlift@${randomUUID()}`,
        producerGroup: PRODUCER_GROUP,
        timeoutMs: Math.min(REQUEST_TIMEOUT_MS, Math.max(1, options.timeoutMs)),
        credentials,
        tls: sink.tls && tlsClient(sink.tls, folders),
      });
      const route = new TopicRoute(new NameServers(namesrvAddr, connections), connections, sink.topic);
      try {
        await openRoute(route, context, options);
        const { run = '' } = options;
        const layout = sink.order === 'key' ? (options.layout ?? layoutOf(route.route)) : undefined;
        const write: FaultContext = { ...context, stage: 'write' };
        const producer = new NameserverProducer({
          connections,
          route,
          context: write,
          tag: commonTag(sink),
          nextId: messageIds(run),
          acknowledge: sink.acknowledge,
          layout,
          compressOver: sink.compressOver,
          ...(canBeAsked(sink) && {
            arrivals: new NameserverArrivals({ route, context: write, mark: runMark(run) }),
          }),
          maxMessageBytes: MAX_MESSAGE_BYTES,
        });
        return { producer, topic: { writableQueues: route.queues.length, ...(layout && { layout }) } };
      } catch (error) {
        route.close();
        connections.close();
        throw error;
      }
    },
  };
}

/**
 * Whether it means that a message needs not be sent again when a broker has it. A delayed one can't be found by its key before it
 * is delivered, and one that is found need not be replicated.
 */
const canBeAsked = (sink: Sink): boolean => messageType(sink) !== 'DELAY' && sink.acknowledge === 'stored';

/** Finds the topic, and a broker that takes messages of it from this account. */
async function openRoute(route: TopicRoute, context: FaultContext, options: OpenOptions): Promise<void> {
  const late = new RemotingError('timeout', 'no answer in time');
  const attempt = async () => {
    await lookUp(route, context, options);
    if (route.queues.length === 0) throw noWritableQueue(context);
    const brokers = [...new Set(route.queues.map(({ broker }) => broker))];
    const asked = await Promise.allSettled(brokers.map((broker) => askPermission(route, broker, context)));
    const faults = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    // What one broker refuses, messages would be refused as well. One that is down takes none for now.
    const refusal = faults.find((fault) => fault.fault !== 'world');
    if (refusal || faults.length === brokers.length) throw refusal ?? faults[0];
  };
  await openWithin(attempt, late, context, options);
}

const KNOWN = new KnownRoutes();

/** Asks for the route. A partition that begins while no name server answers goes where the last one went. */
async function lookUp(
  route: TopicRoute,
  { endpoints, topic }: FaultContext,
  { stage }: OpenOptions,
): Promise<void> {
  try {
    await route.refresh();
    KNOWN.set(endpoints, topic, route.route);
  } catch (error) {
    const known = error instanceof RemotingError && stage === 'write' && KNOWN.get(endpoints, topic);
    if (!known) throw error;
    route.assume(known);
  }
}

/** @throws SinkFault why messages may not be sent, without sending one */
async function askPermission(route: TopicRoute, broker: string, context: FaultContext) {
  try {
    const answer = await route.ask(broker, permissionRequest(context.topic));
    if (!queueIsRefused(answer)) throw new RefusedError(answer.code, answer.remark);
  } catch (error) {
    throw sinkFault(error, context);
  }
}
