import type { MessageQueue } from 'rocketmq-client-nodejs';
import definition from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js';
import type { BrokerQueues, Layout, TopicDescription } from '../producer.js';

const { MessageType, Permission } = definition;

/** In the place of a broker's name: a proxy before several of them chooses by itself, wherever a request is sent to. */
export const ANY_BROKER = '*';

function layoutOf(brokers: readonly BrokerQueues[], addresses: ReadonlySet<string>): Layout {
  const writable = brokers.filter(({ writableQueues }) => writableQueues > 0);
  if (addresses.size < brokers.length) {
    return [
      { broker: ANY_BROKER, queues: writable.reduce((sum, { writableQueues }) => sum + writableQueues, 0) },
    ];
  }
  return writable.map(({ name, writableQueues }) => ({ broker: name, queues: writableQueues }));
}

/** What a proxy's route says of a topic. */
export function describeQueues(
  queues: readonly MessageQueue[],
  maxMessageBytes: number,
): TopicDescription & { readonly layout: Layout } {
  const brokers = new Map<string, BrokerQueues>();
  for (const { broker, permission } of queues) {
    const { name } = broker;
    const { readableQueues, writableQueues } = brokers.get(name) ?? { readableQueues: 0, writableQueues: 0 };
    const may = (...permissions: number[]) => Number(permissions.includes(permission));
    brokers.set(name, {
      name,
      readableQueues: readableQueues + may(Permission.READ, Permission.READ_WRITE),
      writableQueues: writableQueues + may(Permission.WRITE, Permission.READ_WRITE),
    });
  }
  const type = typeOf(queues);
  const sorted = [...brokers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    layout: layoutOf(sorted, new Set(queues.map(({ broker }) => broker.endpoints.facade))),
    writableQueues: [...brokers.values()].reduce((sum, broker) => sum + broker.writableQueues, 0),
    brokers: sorted,
    ...(type !== undefined && { type }),
    maxMessageBytes,
  };
}

/** Several types are those of a topic of mixed messages; proxies that know of none tell none. */
function typeOf(queues: readonly MessageQueue[]): string | undefined {
  const types = queues[0]?.acceptMessageTypesList ?? [];
  if (types.length !== 1) return types.length === 0 ? undefined : 'MIXED';
  return Object.entries(MessageType).find(([, number]) => number === types[0])?.[0];
}
