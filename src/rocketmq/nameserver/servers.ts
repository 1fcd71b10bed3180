import { randomUUID } from 'node:crypto';
import type { Folders } from '../../folders/folders.js';
import { fullTopic } from '../../job/full-topic.js';
import type { Sink } from '../../job/schema/sink.js';
import type { FaultContext, Stage } from '../faults.js';
import { messageType } from '../message-type.js';
import { sinkSecrets } from '../sink-options.js';
import { tlsClient } from '../tls.js';
import { Connections } from './connections.js';
import { NameServers } from './name-servers.js';

/** The name that brokers know producers by, and what they take one for that may make topics: none here. */
export const PRODUCER_GROUP = 'rocketlift';

/** How long connecting and one request may take, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** The name servers of a job, the connections to them and to brokers, and what is told of their faults. */
export interface Servers {
  readonly nameServers: NameServers;
  readonly connections: Connections;
  readonly context: FaultContext;
}

export interface ServersOptions {
  readonly stage: Stage;
  /** How long to wait for the world, in milliseconds; a request waits ten seconds at most. */
  readonly timeoutMs: number;
}

/** What of a job's sink servers are reached by. */
export type ServersSink = Pick<
  Sink,
  'namesrvAddr' | 'credentials' | 'tls' | 'namespace' | 'topic' | 'delay'
> &
  Partial<Pick<Sink, 'order'>>;

/**
 * Nothing is connected yet. `connections` must be closed by the caller.
 * @param folders what this machine allows jobs, for secrets in files
 * @throws Fault the user's where the credentials can't be resolved
 */
export async function openServers(
  sink: ServersSink,
  folders: Folders | undefined,
  { stage, timeoutMs }: ServersOptions,
): Promise<Servers> {
  const { namesrvAddr } = sink;
  if (namesrvAddr === undefined) throw new Error('name servers are needed, and there is no sink.namesrvAddr');
  const { credentials, redact } = await sinkSecrets(sink, folders);
  const connections = new Connections({
    clientId: `rocketlift@${randomUUID()}`,
    producerGroup: PRODUCER_GROUP,
    timeoutMs: Math.min(REQUEST_TIMEOUT_MS, Math.max(1, timeoutMs)),
    credentials,
    tls: sink.tls && tlsClient(sink.tls, folders),
  });
  return {
    nameServers: new NameServers(namesrvAddr, connections),
    connections,
    context: {
      stage,
      topic: fullTopic(sink),
      endpoints: namesrvAddr,
      messageType: messageType(sink),
      hasCredentials: credentials !== undefined,
      hasTls: sink.tls !== undefined,
      redact,
    },
  };
}
