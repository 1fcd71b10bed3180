import { setTimeout as delay } from 'node:timers/promises';
import type { CreateTopic } from '../../job/schema/create-topic.js';
import { clusterUnclear } from '../fault-rules.js';
import { faultByRule } from '../faults.js';
import { requireDelays } from './delays.js';
import type { ClusterBroker } from './name-servers.js';
import { ANSWER, PERMISSION, REQUEST } from './protocol.js';
import { RefusedError, RemotingError } from './remoting-error.js';
import type { Servers } from './servers.js';

/** Time between two looks at the route, in milliseconds. */
const LOOK_MS = 200;

/** A topic that is missing, and what it would be. */
export interface TopicToCreate {
  readonly queues: number;
  readonly type: string;
  /** Names of the brokers that get it. */
  readonly brokers: readonly string[];
}

/**
 * What is to be created.
 * @returns undefined where the topic is there
 * @throws SinkFault the user's `cluster_unclear`, `delay_not_enabled`; RemotingError, RefusedError
 */
export async function topicToCreate(servers: Servers, spec: CreateTopic): Promise<TopicToCreate | undefined> {
  const { nameServers, connections, context } = servers;
  if ((await nameServers.route(context.topic)) !== undefined) return undefined;
  const brokers = await brokersFor(servers, spec);
  const masters = brokers.flatMap(({ master }) => master ?? []);
  await requireDelays(connections, masters, context);
  return {
    queues: spec.queues,
    type: spec.type ?? context.messageType,
    brokers: brokers.map(({ name }) => name).sort(),
  };
}

/**
 * Creates a topic, and waits until the name servers know it on all of its brokers.
 * @throws as {@link topicToCreate}; the signal's reason
 */
export async function createTopic(
  servers: Servers,
  spec: CreateTopic,
  { queues, type, brokers: names }: TopicToCreate,
  signal: AbortSignal,
): Promise<void> {
  const { nameServers, connections, context } = servers;
  const { topic } = context;
  const brokers = await brokersFor(servers, spec);
  const fields = {
    topic,
    // A topic that it would be made after, of which there is none.
    defaultTopic: topic,
    readQueueNums: queues,
    writeQueueNums: queues,
    perm: PERMISSION.read + PERMISSION.write,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    attributes: `+message.type=${type}`,
  };
  for (const { name, master } of brokers) {
    if (master === undefined) throw new RemotingError('unreachable', `broker ${name} has no master now`);
    const { code, remark } = await connections.ask(master, { code: REQUEST.updateTopic, fields });
    if (code !== ANSWER.ok) throw new RefusedError(code, remark);
  }
  const isThere = async () => {
    const route = await nameServers.route(topic);
    return names.every((name) => route?.some((broker) => broker.name === name && broker.writableQueues > 0));
  };
  while (!(await isThere())) await delay(LOOK_MS, undefined, { signal });
}

async function brokersFor(
  { nameServers, context }: Servers,
  { cluster }: CreateTopic,
): Promise<readonly ClusterBroker[]> {
  const all = await nameServers.brokers();
  if (all.length === 0) throw new RemotingError('unreachable', 'the name servers know no broker now');
  const clusters = [...new Set(all.map((broker) => broker.cluster))].sort();
  const wanted = cluster ?? (clusters.length === 1 ? clusters[0] : undefined);
  const brokers = all.filter((broker) => broker.cluster === wanted);
  if (brokers.length > 0) return brokers;
  throw faultByRule(clusterUnclear, `the name servers know ${clusters.join(', ')}`, context);
}
