import { userFault, worldFault } from '../job/fault.js';
import { type Account, readAccount } from './accounts.js';
import { ask, REQUEST, type RemotingAnswer } from './remoting.js';
import { queryRoute, type Route } from './route.js';
import type { Stack } from './stack.js';
import { waitUntil } from './wait.js';

/** How long name server and proxy may take to notice what became of a topic. */
const NOTICED_WITHIN_MS = 30_000;
const TOPIC_NOT_EXIST = 17;

const TYPES = ['NORMAL', 'FIFO', 'DELAY', 'TRANSACTION'] as const;

export interface TopicOptions {
  /** @default 8 */
  readonly queues?: number;
  /** How many of them can be read. @default all */
  readonly readable?: number;
  /** @default 'NORMAL' */
  readonly type?: (typeof TYPES)[number];
  /** @default 'read-write' */
  readonly perm?: 'read' | 'write' | 'read-write';
}

/** Creates a topic, or changes it, and waits until the proxy knows it so. */
export async function createTopic(
  stack: Stack,
  topic: string,
  { queues = 8, readable = queues, type = 'NORMAL', perm = 'read-write' }: TopicOptions = {},
): Promise<void> {
  const fields = {
    topic,
    defaultTopic: topic,
    readQueueNums: readable,
    writeQueueNums: queues,
    perm: { read: 4, write: 2, 'read-write': 6 }[perm],
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    attributes: `+message.type=${type}`,
  };
  const account = await adminOf(stack);
  const answer = await ask(stack.rocketmq.brokerAddr, REQUEST.updateTopic, fields, { account });
  requireDone(`create topic ${topic}`, answer);
  await noticed(stack, topic, (route) => {
    const asWanted = (queue: Route['queues'][number]) =>
      queue.readable === perm.includes('read') && queue.writable === perm.includes('write');
    return route !== 'no topic' && route.queues.length === queues && route.queues.every(asWanted);
  });
}

/** Deletes a topic with its messages, and waits until the proxy has forgotten it. */
export async function deleteTopic(stack: Stack, topic: string): Promise<void> {
  const { brokerAddr, namesrvAddr } = stack.rocketmq;
  const what = `delete topic ${topic}`;
  const account = await adminOf(stack);
  requireDone(what, await ask(brokerAddr, REQUEST.deleteTopicInBroker, { topic }, { account }));
  requireDone(what, await ask(namesrvAddr, REQUEST.deleteTopicInNamesrv, { topic }, { account }));
  await noticed(stack, topic, (route) => route === 'no topic');
}

/**
 * A topic as a user names it: `users`, or `reminders:DELAY` with its type.
 * @throws Fault the user's `topic_name` for another type
 */
export function parseTopic(text: string): { readonly topic: string; readonly type: TopicOptions['type'] } {
  const [topic, given = 'NORMAL'] = text.split(':');
  const type = TYPES.find((known) => known === given);
  if (type) return { topic, type };
  throw userFault(
    'topic_name',
    `${text} names a type that topics can't have.`,
    `Use one of ${TYPES.join(', ')}.`,
  );
}

/**
 * Waits until the proxy has a topic's route; creates the topic where the broker does not have it.
 * @param text see {@link parseTopic}
 */
export async function ensureTopic(stack: Stack, text: string): Promise<void> {
  const { topic, type } = parseTopic(text);
  const account = await adminOf(stack);
  const { code } = await ask(stack.rocketmq.brokerAddr, REQUEST.getTopicConfig, { topic }, { account });
  if (code === TOPIC_NOT_EXIST) return createTopic(stack, topic, { type });
  await noticed(stack, topic, (route) => route !== 'no topic');
}

/**
 * Makes the broker tell its name server of all its topics. By itself, after a start of either, it does so ten seconds later, and
 * until then the name server takes no news of a single topic. (What makes it talk is to be given the permission it has: 6.)
 */
export async function announceTopics(stack: Stack): Promise<void> {
  const account = await adminOf(stack);
  const options = { body: 'brokerPermission=6', account };
  await ask(stack.rocketmq.brokerAddr, REQUEST.updateBrokerConfig, {}, options);
}

/** Who may do all, on a stack with access control. */
export async function adminOf({ rocketmq: { accounts } }: Stack): Promise<Account | undefined> {
  return accounts === undefined ? undefined : await readAccount(accounts, 'admin');
}

async function noticed(
  stack: Stack,
  topic: string,
  asWanted: (route: Route | 'no topic') => boolean,
): Promise<void> {
  const account = await adminOf(stack);
  const look = async () => {
    const route = await queryRoute(stack.rocketmq.endpoints, topic, { account });
    if (route !== undefined && asWanted(route)) return true;
    await announceTopics(stack);
    return false;
  };
  if (!(await waitUntil(look, { deadline: Date.now() + NOTICED_WITHIN_MS, intervalMs: 200 }))) {
    throw worldFault(
      'topic_not_noticed',
      `The proxy has not noticed the change to topic ${topic} within ${NOTICED_WITHIN_MS / 1000} s.`,
      'Look at the broker with "rocketlift dev logs broker".',
    );
  }
}

function requireDone(what: string, { code, remark }: RemotingAnswer): void {
  if (code === 0) return;
  throw worldFault(
    'topic_refused',
    `RocketMQ does not ${what}: ${remark ?? `code ${code}`}`,
    'Mend what it says, or look at the broker with "rocketlift dev logs broker".',
  );
}
