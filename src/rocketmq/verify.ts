import type { Picked } from '../job/sample.js';
import type { TopicEnds, VerifyMode } from '../job/verify.js';
import { indexDisabled, verifyNotPermitted } from './fault-rules.js';
import { faultByRule } from './faults.js';
import { brokerSettings } from './nameserver/broker-answers.js';
import { findMessages, mayFindMessages, type NotFound } from './nameserver/find-messages.js';
import { ANSWER } from './nameserver/protocol.js';
import { RefusedError } from './nameserver/remoting-error.js';
import type { Servers } from './nameserver/servers.js';
import { type Arrived, countArrived, mastersOf, topicEnds } from './nameserver/topic-ends.js';
import { type Access, withServers } from './nameserver/with-servers.js';
import type { OpenOptions } from './producer.js';

export type { NotFound } from './nameserver/find-messages.js';
export type { Access } from './nameserver/with-servers.js';

/**
 * Where a topic's queues end before anything is written, and whether all that a proof needs may be asked.
 * @throws SinkFault also the user's `verify_not_permitted` and `index_disabled`
 */
export function beginProof(
  access: Access,
  mode: Exclude<VerifyMode, 'none'>,
  options: OpenOptions,
): Promise<TopicEnds> {
  return asking(access, options, async (servers) => {
    const ends = await topicEnds(servers, options.signal);
    if (mode === 'sample') {
      await mayFindMessages(servers);
      await requireIndex(servers);
    }
    return ends;
  });
}

/** @see countArrived */
export function countSince(
  access: Access,
  { before, least }: { readonly before: TopicEnds; readonly least: number },
  options: OpenOptions,
): Promise<Arrived> {
  return asking(access, options, (servers) => countArrived(servers, before, least, options.signal));
}

/** @see findMessages */
export function findSince(
  access: Access,
  { before, picks }: { readonly before: TopicEnds; readonly picks: readonly Picked[] },
  options: OpenOptions,
): Promise<NotFound[]> {
  return asking(access, options, (servers) => findMessages(servers, picks, before, options.signal));
}

/** An account that may publish may be refused here, which has a mend of its own. */
function asking<T>(access: Access, options: OpenOptions, work: (servers: Servers) => Promise<T>): Promise<T> {
  return withServers(access, options, async (servers) => {
    try {
      return await work(servers);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== ANSWER.noPermission) throw error;
      throw faultByRule(verifyNotPermitted, `${error.code} ${error.message}`, servers.context);
    }
  });
}

/** Brokers that won't tell are taken to have one; what can't be found then fails the run. */
async function requireIndex(servers: Servers): Promise<void> {
  for (const { name, address } of await mastersOf(servers)) {
    const { indexesKeys } = await brokerSettings(servers.connections, address);
    if (indexesKeys === false) {
      throw faultByRule(indexDisabled, `messageIndexEnable of ${name} is false`, servers.context);
    }
  }
}
