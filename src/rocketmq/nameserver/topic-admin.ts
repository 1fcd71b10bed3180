import type { Folders } from '../../folders/folders.js';
import { sinkFault } from '../faults.js';
import { openWithin } from '../open-within.js';
import { describeTopic, type TopicDetails } from './describe-topic.js';
import { listTopics } from './list-topics.js';
import { ANSWER } from './protocol.js';
import { RefusedError, RemotingError } from './remoting-error.js';
import { openServers, type Servers, type ServersSink } from './servers.js';

export type { BrokerTopic, TopicDetails } from './describe-topic.js';

export interface AdminOptions {
  /** Where the name servers are, and who asks. */
  readonly sink: Pick<ServersSink, 'namesrvAddr' | 'credentials'>;
  /** @see Folders */
  readonly folders?: Folders;
  /** How long to wait for servers, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The topics that name servers know.
 * @throws SinkFault
 */
export function allTopics(options: AdminOptions, { all }: { readonly all: boolean }): Promise<string[]> {
  return withServers(options, '', (servers) => listTopics(servers, { all }));
}

/**
 * A topic as its servers see it.
 * @throws SinkFault also the user's `topic_not_found`
 */
export function topicDetails(options: AdminOptions, topic: string): Promise<TopicDetails> {
  return withServers(options, topic, async (servers) => {
    const details = await describeTopic(servers, topic);
    if (details) return details;
    const missing = new RefusedError(ANSWER.topicNotExist, 'no name server knows the topic');
    throw sinkFault(missing, servers.context);
  });
}

async function withServers<T>(
  { sink, folders, timeoutMs }: AdminOptions,
  topic: string,
  work: (servers: Servers) => Promise<T>,
): Promise<T> {
  const servers = await openServers({ ...sink, topic }, folders, { stage: 'check', timeoutMs });
  const signal = new AbortController().signal;
  const late = new RemotingError('timeout', 'no answer in time');
  try {
    return await openWithin(() => work(servers), late, servers.context, {
      stage: 'check',
      timeoutMs,
      signal,
    });
  } finally {
    servers.connections.close();
  }
}
