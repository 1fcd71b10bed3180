import type { Servers } from './servers.js';

/** Topics that servers make for themselves (apache/rocketmq, `TopicValidator`). */
const SYSTEM_TOPICS = [
  'TBW102',
  'SCHEDULE_TOPIC_XXXX',
  'BenchmarkTest',
  'RMQ_SYS_TRANS_HALF_TOPIC',
  'RMQ_SYS_TRACE_TOPIC',
  'RMQ_SYS_TRANS_OP_HALF_TOPIC',
  'TRANS_CHECK_MAX_TIME_TOPIC',
  'SELF_TEST_TOPIC',
  'OFFSET_MOVED_EVENT',
  'CHECKPOINT_TOPIC',
];

/** Those for retries and dead letters of consumer groups among them, and what begins as the servers' own do. */
const SYSTEM_PREFIX = /^(?:rmq_sys_|%RETRY%|%DLQ%)/i;

/**
 * The names of all topics that name servers know, in order.
 * @param all whether those are among them that servers make for themselves
 * @throws RemotingError, RefusedError where no name server answers
 */
export async function listTopics({ nameServers }: Servers, { all }: { all: boolean }): Promise<string[]> {
  const topics = await nameServers.topics();
  if (all) return topics;
  const brokers = await nameServers.brokers();
  // Every broker makes topics that are called as it is, and as its cluster is.
  const own = new Set([
    ...SYSTEM_TOPICS,
    ...brokers.flatMap(({ name, cluster }) => [name, cluster, `${cluster}_REPLY_TOPIC`]),
  ]);
  return topics.filter((topic) => !own.has(topic) && !SYSTEM_PREFIX.test(topic));
}
