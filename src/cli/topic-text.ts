import type { BrokerTopic, TopicDetails } from '../rocketmq/nameserver/topic-admin.js';
import { number, plural, size, table } from './format.js';

const UNKNOWN = 'unknown';

/** A topic for people. */
export function topicText({ topic, type, messages, maxMessageBytes, brokers }: TopicDetails): string {
  const rows = [
    ['type', type ?? UNKNOWN],
    ['messages', messages === undefined ? UNKNOWN : number(messages)],
    ['message size', maxMessageBytes === undefined ? UNKNOWN : `${size(maxMessageBytes)} at most`],
  ];
  return [
    topic,
    ...indented(table(rows)),
    ...indented(
      table([['BROKER', 'CLUSTER', 'ADDRESS', 'READABLE', 'WRITABLE', 'MESSAGES'], ...brokers.map(row)]),
    ),
    ...brokers.flatMap(({ broker, error }) => (error === undefined ? [] : [`  ! ${broker}: ${error}`])),
  ].join('\n');
}

function row({ broker, cluster, address, readableQueues, writableQueues, queues }: BrokerTopic): string[] {
  return [
    broker,
    cluster,
    address ?? UNKNOWN,
    plural(readableQueues, 'queue'),
    plural(writableQueues, 'queue'),
    queues ? number(queues.reduce((sum, { min, max }) => sum + max - min, 0)) : UNKNOWN,
  ];
}

const indented = (text: string): string[] => text.split('\n').map((line) => `  ${line}`);
