import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Accounts, makeAccounts } from '../../src/dev/accounts.js';
import { cacheFolder } from '../../src/dev/cache.js';
import { answers, freeOffset, portsAt } from '../../src/dev/ports.js';
import { ask, REQUEST } from '../../src/dev/remoting.js';
import { brokerSettings, LOGBACK, properties } from '../../src/dev/rocketmq-config.js';
import { rocketmqJars } from '../../src/dev/rocketmq-jars.js';
import type { Stack } from '../../src/dev/stack.js';
import { adminOf } from '../../src/dev/topics.js';
import { RemotingConnection } from './remoting.js';
import { useRocketmqProcess } from './rocketmq-process.js';
import { MARKER_TOPIC } from './topic-reader.js';

/** Of 4.9.8 Maven Central has neither name server nor broker. */
const RELEASE = {
  version: '4.9.7',
  pom: fileURLToPath(new URL('rocketmq-4.pom.xml', import.meta.url)),
  megabytes: 30,
};

const GET_CLUSTERS = 106;

/** A name server and two brokers of RocketMQ 4, each of a cluster of its own. */
export interface Rocketmq4 {
  readonly namesrvAddr: string;
  /** The shared stack, with the broker that lets everybody in for its RocketMQ. */
  readonly open: Stack;
  /** The same with the broker that asks who somebody is (ACL 1.0). */
  readonly closed: Stack;
}

/** Its servers listen on all addresses: 4.x has no setting for that. */
export function useRocketmq4(stack: Stack): Rocketmq4 {
  const servers = {} as { -readonly [K in keyof Rocketmq4]: Rocketmq4[K] };
  let jars: string;
  useRocketmqProcess(async (folder, [port]) => {
    jars = await rocketmqJars({ cache: cacheFolder(), onStep: () => {} }, RELEASE);
    servers.namesrvAddr = `127.0.0.1:${port}`;
    await writeLogbacks(folder);
    const config = join(folder, 'namesrv.conf');
    await writeFile(config, properties({ listenPort: port }));
    return {
      jars,
      heapMb: 64,
      tlsMode: 'permissive',
      command: ['org.apache.rocketmq.namesrv.NamesrvStartup', '-c', config],
      isReady: () => answers(port),
    };
  });
  for (const name of ['open', 'closed'] as const) {
    useRocketmqProcess(async (folder) => {
      const namesrv = Number(servers.namesrvAddr.split(':')[1]);
      // Of three ports, which belong together.
      const ports = { ...portsAt(await freeOffset(0)), namesrv };
      const accounts = name === 'closed' ? join(folder, 'accounts') : undefined;
      servers[name] = {
        ...stack,
        rocketmq: {
          ...stack.rocketmq,
          namesrvAddr: servers.namesrvAddr,
          brokerAddr: `127.0.0.1:${ports.broker}`,
          jars,
          ...(accounts !== undefined && { accounts }),
        },
      };
      await writeLogbacks(folder);
      if (accounts) await writeFile(join(folder, 'conf', 'plain_acl.yml'), acl(await makeAccounts(accounts)));
      const config = join(folder, 'broker.conf');
      await writeFile(
        config,
        properties({
          ...brokerSettings(join(folder, 'store'), ports),
          brokerClusterName: name,
          brokerName: name,
          aclEnable: accounts !== undefined,
        }),
      );
      return {
        jars,
        heapMb: 256,
        tlsMode: 'permissive',
        command: ['org.apache.rocketmq.broker.BrokerStartup', '-c', config],
        isReady: async () => {
          if (!(await answers(ports.broker)) || !(await isKnown(servers.namesrvAddr, name))) return false;
          await makeTopic(servers[name], MARKER_TOPIC);
          return true;
        },
      };
    });
  }
  return servers;
}

/** Makes a topic of eight queues; the broker tells its name server before it answers. */
export async function makeTopic(stack: Stack, topic: string): Promise<void> {
  const fields = {
    topic,
    defaultTopic: topic,
    readQueueNums: 8,
    writeQueueNums: 8,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
  };
  const account = await adminOf(stack);
  const { code, remark } = await ask(stack.rocketmq.brokerAddr, REQUEST.updateTopic, fields, { account });
  if (code !== 0) throw new Error(`topic not made: ${code} ${remark}`);
}

async function isKnown(namesrvAddr: string, broker: string): Promise<boolean> {
  const connection = await RemotingConnection.open(namesrvAddr);
  try {
    const { body } = await connection.ask(GET_CLUSTERS, {});
    return body.toString().includes(`"${broker}"`);
  } finally {
    connection.close();
  }
}

/** Who may do all, who may publish to every topic, and who may do nothing. */
function acl({ admin, publisher, nobody }: Accounts): string {
  const entry = ({ accessKey, secretKey }: Accounts['admin'], rights: object) => ({
    accessKey,
    secretKey,
    defaultTopicPerm: 'DENY',
    defaultGroupPerm: 'DENY',
    ...rights,
  });
  const accounts = [
    entry(admin, { admin: true }),
    entry(publisher, { defaultTopicPerm: 'PUB' }),
    entry(nobody, {}),
  ];
  // What is JSON is YAML.
  return JSON.stringify({ accounts });
}

/** RocketMQ 4 looks in its home for how to log, and does not start without. */
export async function writeLogbacks(home: string): Promise<void> {
  await mkdir(join(home, 'conf'), { recursive: true });
  for (const name of ['namesrv', 'broker', 'tools'])
    await writeFile(join(home, 'conf', `logback_${name}.xml`), LOGBACK);
}
