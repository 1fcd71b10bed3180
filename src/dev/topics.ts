import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { worldFault } from '../job/fault.js';
import { javaCommand } from './cache.js';
import { javaArgs, LIGHT_JVM } from './java.js';
import { CLUSTER } from './rocketmq-config.js';
import { queryRoute, type Route } from './route.js';
import { lastLines } from './run.js';
import { type Stack, stackPaths } from './stack.js';
import { waitUntil } from './wait.js';

/** How long the proxy may take to notice what became of a topic. */
const NOTICED_WITHIN_MS = 30_000;

export interface TopicOptions {
  /** @default 8 */
  readonly queues?: number;
  /** @default 'NORMAL' */
  readonly type?: 'NORMAL' | 'FIFO' | 'DELAY' | 'TRANSACTION';
  /** @default 'read-write' */
  readonly perm?: 'read' | 'write' | 'read-write';
}

/** Creates a topic, or changes it, and waits until the proxy knows it so. */
export async function createTopic(
  stack: Stack,
  name: string,
  { queues = 8, type = 'NORMAL', perm = 'read-write' }: TopicOptions = {},
): Promise<void> {
  const bits = { read: 4, write: 2, 'read-write': 6 }[perm];
  const size = ['-r', String(queues), '-w', String(queues), '-p', String(bits)];
  const target = ['-n', stack.rocketmq.namesrvAddr, '-b', stack.rocketmq.brokerAddr, '-t', name];
  await mqadmin(stack, ['updateTopic', ...target, ...size, '-a', `+message.type=${type}`], /success/);
  await noticed(stack, name, (route) => {
    const able = (queue: Route['queues'][number]) =>
      queue.readable === perm.includes('read') && queue.writable === perm.includes('write');
    return route !== 'no topic' && route.queues.length === queues && route.queues.every(able);
  });
}

/** Deletes a topic with its messages and waits until the proxy has forgotten it. */
export async function deleteTopic(stack: Stack, name: string): Promise<void> {
  const target = ['-n', stack.rocketmq.namesrvAddr, '-c', CLUSTER, '-t', name];
  await mqadmin(stack, ['deleteTopic', ...target], /from NameServer success/);
  await noticed(stack, name, (route) => route === 'no topic');
}

/**
 * Runs RocketMQ's own `mqadmin`: `mqadmin(stack, ['topicStatus', '-n', stack.rocketmq.namesrvAddr, '-t', 'orders'])`.
 * @param done what it prints on stdout when its work is done: it is ended there, since its own way out takes three more seconds.
 * Without `done` it is waited for.
 * @returns what it printed on stdout
 * @throws a fault when it prints an exception. (It ends with 0 whatever happens.)
 */
export async function mqadmin(stack: Stack, args: readonly string[], done?: RegExp): Promise<string> {
  const home = join(stackPaths(stack.stateDir).rocketmq, 'home');
  const jvm = javaArgs(stack.rocketmq.jars, home, ['-Xmx128m', ...LIGHT_JVM]);
  const child = spawn(javaCommand(), [...jvm, 'org.apache.rocketmq.tools.command.MQAdminStartup', ...args], {
    env: { ...process.env, ROCKETMQ_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (done?.test(stdout)) child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (FAILURE.test(stderr)) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const failure = FAILURE.exec(stderr)?.[1];
  if (failure !== undefined || (done && !done.test(stdout))) {
    throw worldFault(
      'mqadmin_failed',
      `RocketMQ's "mqadmin ${args[0]}" failed: ${failure ?? lastLines(`${stdout}\n${stderr}`, 10)}`,
      'Look at the broker with "rocketlift dev status" and "rocketlift dev logs broker".',
    );
  }
  return stdout;
}

const FAILURE = /^Caused by: (.+)\n/m;

async function noticed(
  stack: Stack,
  topic: string,
  asWanted: (route: Route | 'no topic') => boolean,
): Promise<void> {
  const look = async () => {
    const route = await queryRoute(stack.rocketmq.endpoints, topic);
    return route !== undefined && asWanted(route);
  };
  if (!(await waitUntil(look, { deadline: Date.now() + NOTICED_WITHIN_MS }))) {
    throw worldFault(
      'topic_not_noticed',
      `The proxy has not noticed the change to topic ${topic} within ${NOTICED_WITHIN_MS / 1000} s.`,
      'Look at the broker with "rocketlift dev logs broker".',
    );
  }
}
