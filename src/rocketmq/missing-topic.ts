import type { Sink } from '../job/schema/sink.js';
import { createNotPermitted, topicIllegal } from './fault-rules.js';
import { faultByRule } from './faults.js';
import { createTopic, type TopicToCreate, topicToCreate } from './nameserver/create-topic.js';
import { ANSWER } from './nameserver/protocol.js';
import { RefusedError } from './nameserver/remoting-error.js';
import { type Access, withServers } from './nameserver/with-servers.js';
import type { OpenOptions } from './producer.js';

export type { TopicToCreate } from './nameserver/create-topic.js';

type Spec = NonNullable<Sink['createTopic']>;

/**
 * What a job would create, of one that creates its topic.
 * @returns undefined where the topic is there
 * @throws SinkFault
 */
export function missingTopic(
  access: Access,
  spec: Spec,
  options: OpenOptions,
): Promise<TopicToCreate | undefined> {
  return withServers(access, options, (servers) => topicToCreate(servers, spec));
}

/**
 * Creates it, and waits until the name servers know it.
 * @throws SinkFault also the user's `create_not_permitted` and `topic_illegal`
 */
export function createMissingTopic(
  access: Access,
  spec: Spec,
  topic: TopicToCreate,
  options: OpenOptions,
): Promise<void> {
  return withServers(access, options, async (servers) => {
    try {
      await createTopic(servers, spec, topic, options.signal);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const { code, message } = error;
      const said = `${code} ${message}`;
      if (code === ANSWER.noPermission) throw faultByRule(createNotPermitted, said, servers.context);
      if (code === ANSWER.invalidParameter) throw faultByRule(topicIllegal, said, servers.context);
      throw error;
    }
  });
}
