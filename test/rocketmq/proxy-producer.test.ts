import type { MessageQueue } from 'rocketmq-client-nodejs';
import definition from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js';
import service from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';
import { expect, it } from 'vitest';
import type { MessageType } from '../../src/rocketmq/message-type.js';
import type { ProxyClient } from '../../src/rocketmq/proxy/client.js';
import { ProxyProducer } from '../../src/rocketmq/proxy/producer.js';

const LAYOUT = [
  { broker: 'broker-a', queues: 2 },
  { broker: 'broker-b', queues: 2 },
];

/** gRPC's. */
const UNAVAILABLE = 14;
/** RocketMQ's. */
const TOPIC_NOT_FOUND = 40402;

/** A proxy beside each broker, where those in `there` can be reached. */
function producerOf(messageType: MessageType, there = ['broker-b', 'broker-a'], layout = LAYOUT) {
  const brokers: string[] = [];
  /** What can't be reached; the first broker's proxy is the one that the job names. */
  const gone = new Set<string>();
  const routeAnswer = { code: UNAVAILABLE, text: 'No connection established' };
  const queues = there.flatMap((name) =>
    [0, 1].map(
      (queueId) => ({ queueId, broker: { name, endpoints: { facade: name } } }) as unknown as MessageQueue,
    ),
  );
  const client = {
    publishingSettings: { maxBodySizeBytes: 1000 },
    async route() {
      if (gone.has('broker-a')) throw Object.assign(new Error(routeAnswer.text), { code: routeAnswer.code });
      return queues;
    },
    async request({ facade }: { facade: string }) {
      if (gone.has(facade))
        throw Object.assign(new Error('No connection established'), { code: UNAVAILABLE });
      brokers.push(facade);
      const ok = new definition.Status().setCode(definition.Code.OK);
      const response = new service.SendMessageResponse().setStatus(ok);
      response.setEntriesList([new service.SendResultEntry().setStatus(ok)]);
      return response;
    },
  } as unknown as ProxyClient;
  const context = { stage: 'write', topic: 'orders', endpoints: 'proxy:8081', messageType } as const;
  const producer = new ProxyProducer({ client, queues, context, acknowledge: 'stored', layout });
  const send = (key: string) => producer.send([producer.encode({ id: '1', key, body: 'x' })]);
  return { send, brokers, gone, routeAnswer };
}

const KEYS = Array.from({ length: 50 }, (_, n) => `key ${n}`);

it('sends ordered messages of equal keys by the same broker, as its proxy knows no queues of others', async () => {
  const one = producerOf('FIFO');
  const other = producerOf('FIFO', ['broker-a', 'broker-b']);
  for (const { send } of [one, one, other]) for (const key of KEYS) await send(key);
  const [first, second] = [one.brokers.slice(0, 50), one.brokers.slice(50)];
  expect(second).toEqual(first);
  expect(other.brokers).toEqual(first);
  expect(new Set(first)).toEqual(new Set(['broker-a', 'broker-b']));
});

it('waits for a broker that is gone, and goes on with the keys of others', async () => {
  const all = producerOf('FIFO');
  for (const key of KEYS) await all.send(key);
  const { send } = producerOf('FIFO', ['broker-a']);
  for (const [n, key] of KEYS.entries()) {
    if (all.brokers[n] === 'broker-a') await send(key);
    else {
      await expect(send(key)).rejects.toMatchObject({
        code: 'topic_not_writable',
        fault: 'world',
        stored: 'no',
        message: expect.stringContaining('broker-b'),
      });
    }
  }
});

it('leaves the choice to a proxy that stands before all brokers', async () => {
  const { send, brokers } = producerOf('FIFO', ['broker-a'], [{ broker: '*', queues: 4 }]);
  for (const key of KEYS) await send(key);
  expect(brokers).toHaveLength(50);
});

it('spreads keys over all brokers, however many queues they have', async () => {
  const layout = ['broker-a', 'broker-b'].map((broker) => ({ broker, queues: 100 }));
  const { send, brokers } = producerOf('FIFO', ['broker-a', 'broker-b'], layout);
  for (const key of KEYS) await send(key);
  expect(new Set(brokers).size).toBe(2);
});

it('takes queues in turn for messages without an order', async () => {
  const { send, brokers } = producerOf('NORMAL');
  for (const key of ['k', 'k', 'k', 'k']) await send(key);
  expect(brokers.filter((name) => name === 'broker-a')).toHaveLength(2);
});

it('goes on by the other proxies where the one that tells the route is gone', async () => {
  const { send, brokers, gone } = producerOf('NORMAL');
  gone.add('broker-a');
  const outcomes = await Promise.allSettled(KEYS.map(() => send('k')));
  const failed = outcomes.filter(({ status }) => status === 'rejected').length;
  expect(failed).toBeLessThan(KEYS.length);
  for (const key of KEYS) await send(key);
  expect(brokers).toHaveLength(2 * KEYS.length - failed);
  expect(new Set(brokers)).toEqual(new Set(['broker-b']));
});

it('sends nothing by an old route where the new one is refused', async () => {
  const { send, brokers, gone, routeAnswer } = producerOf('NORMAL');
  gone.add('broker-a').add('broker-b');
  await expect(send('k')).rejects.toMatchObject({ code: 'rocketmq_unreachable' });
  Object.assign(routeAnswer, { code: TOPIC_NOT_FOUND, text: 'no topic' });
  gone.delete('broker-b');
  await expect(send('k')).rejects.toMatchObject({ code: 'topic_not_found', stored: 'no' });
  expect(brokers).toEqual([]);
});
