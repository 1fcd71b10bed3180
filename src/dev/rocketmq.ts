import { javaCommand } from './cache.js';
import { javaArgs, LIGHT_JVM } from './java.js';
import { answers, type Ports } from './ports.js';
import type { DetachedCommand } from './process.js';
import { storedTopics, writeRocketmqConfig } from './rocketmq-config.js';
import { queryRoute } from './route.js';
import { logFile, type Stack, type StackPaths, stackPaths } from './stack.js';
import { createTopic } from './topics.js';
import { type WaitOptions, waitUntil } from './wait.js';

/** The name server and the broker with its proxy, on these ports. Writes their configuration. */
export async function rocketmqCommands(
  paths: StackPaths,
  ports: Ports,
  jars: string,
): Promise<Record<'namesrv' | 'broker', DetachedCommand>> {
  const files = await writeRocketmqConfig(paths.rocketmq, ports);
  const common = { command: javaCommand(), cwd: paths.rocketmq, env: { ROCKETMQ_HOME: files.home } };
  const logging = `-Drmq.logback.configurationFile=${files.logback}`;
  const proxyArgs = [
    '-pm',
    'local',
    '-n',
    `127.0.0.1:${ports.namesrv}`,
    '-bc',
    files.broker,
    '-pc',
    files.proxy,
  ];
  return {
    namesrv: {
      ...common,
      args: [
        ...javaArgs(jars, files.home, ['-Xmx256m', ...LIGHT_JVM, logging]),
        ...['org.apache.rocketmq.namesrv.NamesrvStartup', '-c', files.namesrv],
      ],
      log: logFile(paths, 'namesrv'),
    },
    broker: {
      ...common,
      args: [
        ...javaArgs(jars, files.home, ['-Xms512m', '-Xmx512m', logging]),
        ...['org.apache.rocketmq.proxy.ProxyStartup', ...proxyArgs],
      ],
      log: logFile(paths, 'broker'),
    },
  };
}

/** @returns false when the deadline came first */
export async function namesrvReady(ports: Ports, options: WaitOptions): Promise<boolean> {
  return (await waitUntil(() => answers(ports.namesrv), options)) ?? false;
}

/**
 * Waits until the proxy answers with the routes of these topics, and creates those that the broker does not have.
 * @returns false when the deadline came first
 */
export async function brokerReady(
  stack: Stack,
  topics: readonly string[],
  options: WaitOptions,
): Promise<boolean> {
  if (!(await waitUntil(() => answers(stack.ports.proxy), options))) return false;
  for (const topic of topics) {
    const answer = await waitUntil(() => queryRoute(stack.rocketmq.endpoints, topic), options);
    if (answer === 'no topic' && !(await storedTopics(stackPaths(stack.stateDir).rocketmq)).has(topic)) {
      await createTopic(stack, topic);
    }
    const hasRoute = async () => {
      const route = await queryRoute(stack.rocketmq.endpoints, topic);
      return route !== undefined && route !== 'no topic';
    };
    if (!(await waitUntil(hasRoute, options))) return false;
  }
  return true;
}
