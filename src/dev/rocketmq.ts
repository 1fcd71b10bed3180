import { allowAccounts } from './access-control.js';
import { makeAccounts } from './accounts.js';
import { javaCommand } from './cache.js';
import { javaArgs, LIGHT_JVM } from './java.js';
import { answers, type Ports } from './ports.js';
import type { DetachedCommand } from './process.js';
import { writeRocketmqConfig } from './rocketmq-config.js';
import { queryRoute } from './route.js';
import { logFile, type Stack, type StackPaths, type StackState } from './stack.js';
import { adminOf, announceTopics, ensureTopic } from './topics.js';
import { type WaitOptions, waitUntil } from './wait.js';

/** The name server and the broker with its proxy, on these ports. Writes their configuration. */
export async function rocketmqCommands(
  paths: StackPaths,
  { ports, jars, acl = false, tls }: Pick<StackState, 'ports' | 'jars' | 'acl' | 'tls'>,
): Promise<Record<'namesrv' | 'broker', DetachedCommand>> {
  const admin = acl ? (await makeAccounts(paths.accounts)).admin : undefined;
  const files = await writeRocketmqConfig(paths.rocketmq, ports, { admin, tls });
  const common = { command: javaCommand(), cwd: paths.rocketmq, env: { ROCKETMQ_HOME: files.home } };
  const settings = [`-Drmq.logback.configurationFile=${files.logback}`, `-Dtls.config.file=${files.tls}`];
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
        ...javaArgs(jars, files.home, ['-Xmx256m', ...LIGHT_JVM, ...settings]),
        ...['org.apache.rocketmq.namesrv.NamesrvStartup', '-c', files.namesrv],
      ],
      log: logFile(paths, 'namesrv'),
    },
    broker: {
      ...common,
      args: [
        ...javaArgs(jars, files.home, ['-Xms512m', '-Xmx512m', ...settings]),
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

/** Asked for first, since the proxy remembers for a while that a topic was missing. */
const NO_TOPIC = 'rocketlift-is-ready';

/**
 * Waits until the proxy answers with the routes of these topics, and creates those that the broker does not have.
 * @returns false when the deadline came first
 */
export async function brokerReady(
  stack: Stack,
  topics: readonly string[],
  options: WaitOptions,
): Promise<boolean> {
  const { endpoints, accounts } = stack.rocketmq;
  const account = await adminOf(stack);
  if (!(await waitUntil(() => answers(stack.ports.proxy), options))) return false;
  if (!(await waitUntil(() => queryRoute(endpoints, NO_TOPIC, { account }), options))) return false;
  if (accounts !== undefined) await allowAccounts(stack, await makeAccounts(accounts));
  await announceTopics(stack);
  for (const topic of topics) await ensureTopic(stack, topic);
  return true;
}
