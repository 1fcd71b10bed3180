import type { Folders } from '../../folders/folders.js';
import type { Sink } from '../../job/schema/sink.js';
import { canBeAsked } from '../can-be-asked.js';
import { topicType } from '../fault-rules.js';
import { type FaultContext, faultByRule, sinkFault } from '../faults.js';
import { takesType } from '../message-type.js';
import { openWithin } from '../open-within.js';
import type { OpenOptions, TopicDescription, Transport } from '../producer.js';
import { commonTag } from '../sink-options.js';
import { NameserverArrivals } from './arrivals.js';
import type { Connections } from './connections.js';
import { requireDelays } from './delays.js';
import { describeRoute } from './describe-topic.js';
import { KnownRoutes } from './known-routes.js';
import { messageIds, runMark } from './message-id.js';
import { NameserverProducer, noWritableQueue, permissionRequest, queueIsRefused } from './producer.js';
import { layoutOf } from './queues.js';
import { RefusedError, RemotingError } from './remoting-error.js';
import { openServers } from './servers.js';
import { TopicRoute } from './topic-route.js';

/** `maxMessageSize` of a broker, unless it is set up otherwise. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Any RocketMQ through its name servers, by the remoting protocol, straight to the brokers. */
export function nameserverTransport(sink: Sink, folders?: Folders): Transport {
  return {
    async open(options) {
      const { nameServers, connections, context } = await openServers(sink, folders, options);
      const route = new TopicRoute(nameServers, connections, context.topic);
      try {
        const topic = await openRoute(route, connections, context, options);
        const { run = '' } = options;
        const { layout = layoutOf(route.route) } = options;
        route.expect(layout.map(({ broker }) => broker));
        const write: FaultContext = { ...context, stage: 'write' };
        const producer = new NameserverProducer({
          connections,
          route,
          context: write,
          tag: commonTag(sink),
          nextId: messageIds(run),
          acknowledge: sink.acknowledge,
          layout: sink.order === 'key' ? layout : undefined,
          compressOver: sink.compressOver,
          ...(canBeAsked(sink) && {
            arrivals: new NameserverArrivals({ route, context: write, mark: runMark(run) }),
          }),
          maxMessageBytes: topic.maxMessageBytes ?? MAX_MESSAGE_BYTES,
        });
        return { producer, topic: { ...topic, layout } };
      } catch (error) {
        route.close();
        connections.close();
        throw error;
      }
    },
  };
}

/** Finds the topic, and a broker that takes messages of it from this account. */
async function openRoute(
  route: TopicRoute,
  connections: Connections,
  context: FaultContext,
  options: OpenOptions,
): Promise<TopicDescription> {
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
    const answering = brokers.filter((_, index) => asked[index].status === 'fulfilled');
    return await describe(route, answering, connections, context);
  };
  return await openWithin(attempt, late, context, options);
}

async function describe(
  { route, queues }: TopicRoute,
  answering: readonly string[],
  connections: Connections,
  context: FaultContext,
): Promise<TopicDescription> {
  const those = route.filter(({ name }) => answering.includes(name));
  const told = await describeRoute(connections, context.topic, those);
  if (!takesType(told.type, context.messageType)) {
    throw faultByRule(topicType, `it is for messages of type ${told.type}`, context);
  }
  const masters = those.flatMap(({ masters: [first] }) => first ?? []);
  await requireDelays(connections, masters, context);
  return {
    writableQueues: queues.length,
    brokers: route.map(({ name, readableQueues, writableQueues }) => ({
      name,
      readableQueues,
      writableQueues,
    })),
    ...told,
  };
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
