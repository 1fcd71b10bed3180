import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { javaCommand } from '../../src/dev/cache.js';
import { javaArgs } from '../../src/dev/java.js';
import { answers } from '../../src/dev/ports.js';
import { LOGBACK, PROXY_PROMISES } from '../../src/dev/rocketmq-config.js';
import { queryRoute } from '../../src/dev/route.js';
import type { Stack } from '../../src/dev/stack.js';
import { MARKER_TOPIC } from './topic-reader.js';
import { until } from './until.js';

export interface ClusterProxyOptions {
  /** Whether it speaks TLS to who wants it, to everyone or to nobody. @default permissive */
  readonly tlsMode?: 'permissive' | 'enforcing' | 'disabled';
}

/**
 * A proxy apart from the broker, as in production. It answers with the endpoints that it was asked at, so that a relay before
 * it stays in the way, and asks the broker over the network, which may refuse. (The one within the broker's process does
 * neither.)
 * @returns its endpoints, once it is up
 */
export function useClusterProxy(
  stack: () => Stack,
  { tlsMode = 'permissive' }: ClusterProxyOptions = {},
): () => string {
  let folder: string;
  let proxy: ChildProcess;
  let endpoints: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rocketlift-proxy-'));
    const { jars, namesrvAddr } = stack().rocketmq;
    const [port, remotingPort] = await freePorts(2);
    endpoints = `127.0.0.1:${port}`;
    const config = join(folder, 'proxy.json');
    const logback = join(folder, 'logback.xml');
    await writeFile(logback, LOGBACK);
    await writeFile(
      config,
      JSON.stringify({
        ...PROXY_PROMISES,
        proxyMode: 'CLUSTER',
        namesrvAddr,
        grpcServerPort: port,
        remotingListenPort: remotingPort,
      }),
    );
    const settings = [
      `-Drmq.logback.configurationFile=${logback}`,
      // As it speaks to the broker, which speaks both.
      ...['-Dtls.enable=false', `-Dtls.server.mode=${tlsMode}`],
    ];
    const args = [
      ...javaArgs(jars, folder, ['-Xms256m', '-Xmx256m', ...settings]),
      ...['org.apache.rocketmq.proxy.ProxyStartup', '-pm', 'cluster', '-n', namesrvAddr, '-pc', config],
    ];
    proxy = spawn(javaCommand(), args, {
      cwd: folder,
      env: { ...process.env, ROCKETMQ_HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    proxy.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    await until(async () => {
      if (proxy.exitCode !== null) throw new Error(`the proxy ended:\n${log}`);
      // Who is to be asked by TLS is ready when it listens: it opens its port last.
      if (tlsMode === 'enforcing') return await answers(port);
      const route = await queryRoute(endpoints, MARKER_TOPIC);
      return route !== undefined && route !== 'no topic';
    });
  });
  afterAll(async () => {
    if (proxy?.exitCode === null) {
      proxy.kill('SIGKILL');
      await once(proxy, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });
  return () => endpoints;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}
