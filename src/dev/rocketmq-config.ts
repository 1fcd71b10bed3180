import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accessControlSettings } from './access-control.js';
import { type Account, writePrivately } from './accounts.js';
import type { Ports } from './ports.js';
import { proxyTlsSettings, remotingTlsSettings, type ServerTls } from './server-tls.js';

const CLUSTER = 'DefaultCluster';

/** What a job may rely on at any broker of ours, here and in containers (docker/rocketmq/broker.conf). */
export const BROKER_PROMISES = {
  brokerClusterName: CLUSTER,
  brokerName: 'broker-a',
  brokerId: 0,
  // As in production, where a topic that is spelled wrong should not come to life.
  autoCreateTopicEnable: false,
  // Messages that are younger than `fileReservedTime` stay, also on a full disk: a broker that drops them there would make every
  // count wrong.
  cleanFileForciblyEnable: false,
  diskMaxUsedSpaceRatio: 95,
};

/** The same for its proxy (docker/rocketmq/proxy.json). */
export const PROXY_PROMISES = {
  rocketMQClusterName: CLUSTER,
  useEndpointPortFromRequest: true,
  // By default a topic that was asked for before it existed stays unknown for 20 s. Here it should not puzzle anyone.
  topicRouteServiceCacheRefreshSeconds: 1,
  topicConfigCacheRefreshSeconds: 1,
};

export interface RocketmqFiles {
  /** RocketMQ's home and user.home: what it writes without being asked lands here. */
  readonly home: string;
  readonly namesrv: string;
  readonly broker: string;
  readonly proxy: string;
  readonly logback: string;
  /** Where name server and broker find how to speak TLS; by default they look for it elsewhere on the machine. */
  readonly tls: string;
}

export interface ConfigOptions {
  /**
   * Who may do all, where only those who are known are let in. Its password stands in the configuration, and those of
   * all in the broker's store, so that nobody else may look into the folder then.
   * @default everybody is let in
   */
  readonly admin?: Account | undefined;
  /** @default certificates that the servers make at their start, which nobody trusts */
  readonly tls?: ServerTls | undefined;
}

/**
 * Writes RocketMQ's configuration.
 *
 * What can be bound to loopback is: name server, broker and its second port. RocketMQ 5.4.0 has no setting for the proxy's gRPC
 * and remoting ports and the broker's port for replicas: these listen on all addresses. Routes name 127.0.0.1 all the same, so
 * that clients elsewhere get no further, but on a network you don't trust, close these ports with a firewall.
 */
export async function writeRocketmqConfig(
  folder: string,
  ports: Ports,
  { admin, tls }: ConfigOptions = {},
): Promise<RocketmqFiles> {
  const files = {
    home: join(folder, 'home'),
    namesrv: join(folder, 'namesrv.conf'),
    broker: join(folder, 'broker.conf'),
    proxy: join(folder, 'proxy.json'),
    logback: join(folder, 'logback.xml'),
    tls: join(folder, 'tls.properties'),
  };
  await mkdir(files.home, { recursive: true });
  await writeFile(files.namesrv, properties({ listenPort: ports.namesrv, bindAddress: '127.0.0.1' }));
  if (admin) await chmod(folder, 0o700);
  const broker = brokerSettings(join(folder, 'store'), ports);
  await writePrivately(
    files.broker,
    properties({ ...broker, ...(admin && accessControlSettings(admin, 'broker')) }),
  );
  const proxy = {
    ...proxySettings(ports),
    ...(admin && accessControlSettings(admin, 'proxy')),
    ...(tls && proxyTlsSettings(tls)),
  };
  await writePrivately(files.proxy, JSON.stringify(proxy, null, 2));
  await writeFile(files.tls, properties(tls ? remotingTlsSettings(tls) : {}));
  await writeFile(files.logback, LOGBACK);
  return files;
}

/** A broker of one name server, all its ports on loopback. */
export function brokerSettings(store: string, ports: Ports) {
  return {
    ...BROKER_PROMISES,
    namesrvAddr: `127.0.0.1:${ports.namesrv}`,
    brokerIP1: '127.0.0.1',
    brokerIP2: '127.0.0.1',
    bindAddress: '127.0.0.1',
    listenPort: ports.broker,
    haListenPort: ports.brokerHa,
    storePathRootDir: store,
    storePathCommitLog: join(store, 'commitlog'),
    // 64 MiB instead of 1 GiB: files are made ahead of need, and an old one is only removed as a whole.
    mappedFileSizeCommitLog: 64 * 1024 * 1024,
    // Messages older than a day go, at any hour of it: a laptop is seldom awake at 4 am, RocketMQ's own hour.
    fileReservedTime: 24,
    deleteWhen: Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0')).join(';'),
  };
}

function proxySettings(ports: Ports) {
  return {
    ...PROXY_PROMISES,
    proxyMode: 'LOCAL',
    namesrvAddr: `127.0.0.1:${ports.namesrv}`,
    grpcServerPort: ports.proxy,
    remotingListenPort: ports.proxyRemoting,
  };
}

/** What RocketMQ's `name=value` files hold. */
export function properties(settings: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Warnings to stdout, which the stack keeps, instead of RocketMQ's two dozen files of up to 128 MB each. */
export const LOGBACK = `<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{yyyy-MM-dd HH:mm:ss.SSS} %p %c{0} %t - %m%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="console"/></root>
</configuration>
`;
