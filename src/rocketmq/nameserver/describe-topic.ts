import { NO_REDACTION } from '../credentials.js';
import { brokerSettings, type QueueOffsets, queueOffsets, topicType } from './broker-answers.js';
import type { Connections } from './connections.js';
import { isOfRocketMQ } from './remoting-error.js';
import type { Broker, Route } from './route.js';
import type { Servers } from './servers.js';

/** A topic on one of its brokers. What the account may not see, and what a server is too old to tell, is absent. */
export interface BrokerTopic {
  readonly broker: string;
  readonly cluster: string;
  /** Of its master, `host:port`; absent where it has none now. */
  readonly address?: string;
  readonly readableQueues: number;
  readonly writableQueues: number;
  readonly type?: string;
  readonly maxMessageBytes?: number;
  readonly queues?: readonly QueueOffsets[];
  /** Why the broker says nothing, where it can't be asked. */
  readonly error?: string;
}

/** What brokers say of a topic. */
interface Told {
  /** The type of messages that it is for: NORMAL, FIFO …; absent where it has none, as in 4.x, or nobody tells. */
  readonly type?: string;
  /** The largest message that all of its brokers take that tell, in bytes; absent where none does. */
  readonly maxMessageBytes?: number;
}

export interface TopicDetails extends Told {
  readonly topic: string;
  /** Messages that are there now; absent where one of its brokers won't tell. It lags behind acknowledgements. */
  readonly messages?: number;
  readonly brokers: readonly BrokerTopic[];
}

/**
 * All that servers say of a topic.
 * @returns undefined where no name server knows it
 * @throws RemotingError, RefusedError where no name server answers
 */
export async function describeTopic(servers: Servers, topic: string): Promise<TopicDetails | undefined> {
  const route = await servers.nameServers.route(topic);
  if (!route) return undefined;
  const brokers = await Promise.all(route.map((broker) => brokerTopic(servers, topic, broker)));
  const messages = sum(brokers.map(({ queues }) => queues && sum(queues.map(({ min, max }) => max - min))));
  return { topic, ...together(brokers), ...(messages !== undefined && { messages }), brokers };
}

/** The same without what stands in the topic: what those brokers of a route say that answer, of it and of themselves. */
export async function describeRoute(connections: Connections, topic: string, route: Route): Promise<Told> {
  const addresses = route.flatMap(({ masters }) => masters.slice(0, 1));
  const told = await Promise.allSettled(addresses.map((address) => ask(connections, topic, address)));
  return together(told.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
}

async function brokerTopic(
  { connections, context: { redact = NO_REDACTION } }: Servers,
  topic: string,
  broker: Broker,
): Promise<BrokerTopic> {
  const { name, cluster, readableQueues, writableQueues, masters } = broker;
  const about = { broker: name, cluster, readableQueues, writableQueues };
  if (masters.length === 0) return { ...about, error: 'it has no master now' };
  const [address] = masters;
  const numbers = Array.from({ length: Math.max(readableQueues, writableQueues) }, (_, queue) => queue);
  try {
    const [told, queues] = await Promise.all([
      ask(connections, topic, address),
      Promise.all(numbers.map((queue) => queueOffsets(connections, address, topic, queue))),
    ]);
    const known = queues.filter((queue) => queue !== undefined);
    return { ...about, address, ...told, ...(known.length === queues.length && { queues: known }) };
  } catch (error) {
    if (!isOfRocketMQ(error)) throw error;
    return { ...about, address, error: redact(error.message) };
  }
}

async function ask(connections: Connections, topic: string, address: string): Promise<Told> {
  const [{ maxMessageBytes }, type] = await Promise.all([
    brokerSettings(connections, address),
    topicType(connections, address, topic),
  ]);
  return {
    ...(type !== undefined && { type }),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
  };
}

/** Where brokers take a topic for different types, the first one counts. */
function together(brokers: readonly Told[]): Told {
  const type = brokers.find(({ type }) => type !== undefined)?.type;
  const limits = brokers.flatMap(({ maxMessageBytes }) => maxMessageBytes ?? []);
  return {
    ...(type !== undefined && { type }),
    ...(limits.length > 0 && { maxMessageBytes: Math.min(...limits) }),
  };
}

function sum(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0);
}
