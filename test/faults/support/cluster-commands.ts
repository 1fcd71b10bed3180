import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { javaCommand } from '../../../src/dev/cache.js';
import { javaArgs, LIGHT_JVM } from '../../../src/dev/java.js';
import type { Ports } from '../../../src/dev/ports.js';
import type { DetachedCommand } from '../../../src/dev/process.js';
import { brokerSettings, LOGBACK, properties } from '../../../src/dev/rocketmq-config.js';

interface ServerOptions {
  /** Takes what the server writes, and is its home. */
  readonly folder: string;
  readonly ports: Ports;
  readonly jars: string;
}

interface BrokerOptions extends ServerOptions {
  readonly brokerName: string;
  /** Whom it tells of itself, `host:port`, several with ";" between them. */
  readonly namesrvAddr: string;
}

/** A name server. */
export function namesrvCommand({ folder, ports, jars }: ServerOptions): Promise<DetachedCommand> {
  const settings = { listenPort: ports.namesrv, bindAddress: '127.0.0.1' };
  return serverCommand({
    ...{ folder, jars, settings, name: 'namesrv' },
    main: 'org.apache.rocketmq.namesrv.NamesrvStartup',
    options: ['-Xmx128m', ...LIGHT_JVM],
  });
}

/** A broker without a proxy. */
export function brokerCommand({
  folder,
  ports,
  jars,
  brokerName,
  namesrvAddr,
}: BrokerOptions): Promise<DetachedCommand> {
  const settings = { ...brokerSettings(join(folder, 'store'), ports), brokerName, namesrvAddr };
  return serverCommand({
    ...{ folder, jars, settings, name: brokerName },
    main: 'org.apache.rocketmq.broker.BrokerStartup',
    options: ['-Xms256m', '-Xmx256m'],
  });
}

interface CommandOptions extends Pick<ServerOptions, 'folder' | 'jars'> {
  readonly name: string;
  readonly main: string;
  readonly options: readonly string[];
  readonly settings: Parameters<typeof properties>[0];
}

async function serverCommand({
  folder,
  jars,
  name,
  main,
  options,
  settings,
}: CommandOptions): Promise<DetachedCommand> {
  await mkdir(folder, { recursive: true });
  const config = join(folder, `${name}.conf`);
  const logback = join(folder, 'logback.xml');
  await writeFile(config, properties(settings));
  await writeFile(logback, LOGBACK);
  const jvm = [...options, `-Drmq.logback.configurationFile=${logback}`];
  return {
    command: javaCommand(),
    args: [...javaArgs(jars, folder, jvm), main, '-c', config],
    cwd: folder,
    env: { ROCKETMQ_HOME: folder },
    log: join(folder, `${name}.log`),
  };
}
