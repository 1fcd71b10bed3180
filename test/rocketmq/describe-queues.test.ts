import type { MessageQueue } from 'rocketmq-client-nodejs';
import definition from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js';
import { expect, it } from 'vitest';
import { describeQueues } from '../../src/rocketmq/proxy/describe-queues.js';

const { Permission } = definition;

const queueOf = (name: string, facade: string, permission: number) =>
  ({
    broker: { name, endpoints: { facade } },
    permission,
    acceptMessageTypesList: [],
  }) as unknown as MessageQueue;

const { READ, READ_WRITE } = Permission;

it('tells of each broker what proxies beside them know', () => {
  const queues = [
    queueOf('b', 'two:1', READ_WRITE),
    queueOf('b', 'two:1', READ),
    queueOf('a', 'one:1', READ_WRITE),
  ];
  expect(describeQueues(queues, 100)).toEqual({
    layout: [
      { broker: 'a', queues: 1 },
      { broker: 'b', queues: 1 },
    ],
    writableQueues: 2,
    brokers: [
      { name: 'a', readableQueues: 1, writableQueues: 1 },
      { name: 'b', readableQueues: 2, writableQueues: 1 },
    ],
    maxMessageBytes: 100,
  });
});

it('has no broker to choose where one proxy stands before all of them', () => {
  const queues = [queueOf('b', 'all:1', READ_WRITE), queueOf('a', 'all:1', READ_WRITE)];
  expect(describeQueues(queues, 100).layout).toEqual([{ broker: '*', queues: 2 }]);
});
