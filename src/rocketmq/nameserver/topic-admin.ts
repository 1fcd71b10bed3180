import { sinkFault } from '../faults.js';
import { describeTopic, type TopicDetails } from './describe-topic.js';
import { listTopics } from './list-topics.js';
import { ANSWER } from './protocol.js';
import { RefusedError } from './remoting-error.js';
import { type Access, withServers } from './with-servers.js';

export type { BrokerTopic, TopicDetails } from './describe-topic.js';

/** How long to wait for servers, in milliseconds. */
interface Wait {
  readonly timeoutMs: number;
}

const options = ({ timeoutMs }: Wait) => ({
  stage: 'check' as const,
  timeoutMs,
  signal: new AbortController().signal,
});

/**
 * The topics that name servers know.
 * @param all whether those are among them that servers make for themselves
 * @throws SinkFault
 */
export function allTopics(access: Access, wait: Wait, { all }: { readonly all: boolean }): Promise<string[]> {
  return withServers(access, options(wait), (servers) => listTopics(servers, { all }));
}

/**
 * A topic as its servers see it.
 * @throws SinkFault also the user's `topic_not_found`
 */
export function topicDetails(access: Access, wait: Wait): Promise<TopicDetails> {
  return withServers(access, options(wait), async (servers) => {
    const details = await describeTopic(servers, servers.context.topic);
    if (details) return details;
    const missing = new RefusedError(ANSWER.topicNotExist, 'no name server knows the topic');
    throw sinkFault(missing, servers.context);
  });
}
