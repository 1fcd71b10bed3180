import type { Sink } from './schema/sink.js';

/** What a topic's name needs. */
export type TopicName = Pick<Sink, 'topic' | 'namespace'>;

/**
 * The name that servers know a topic by: `NS%topic` in a namespace, as RocketMQ's own clients make it (apache/rocketmq,
 * `NamespaceUtil.wrapNamespace`). One that stands in the namespace already is as it is.
 */
export function fullTopic({ topic, namespace }: TopicName): string {
  if (namespace === undefined || topic.startsWith(`${namespace}%`)) return topic;
  return `${namespace}%${topic}`;
}
