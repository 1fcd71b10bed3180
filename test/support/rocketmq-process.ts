import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { javaCommand } from '../../src/dev/cache.js';
import { javaArgs } from '../../src/dev/java.js';
import { LOGBACK } from '../../src/dev/rocketmq-config.js';
import { until } from './until.js';

/** To whom a server speaks TLS: to who wants it (RocketMQ's default), to everyone, or to nobody. */
export type TlsMode = 'permissive' | 'enforcing' | 'disabled';

interface RocketmqProcess {
  /** Absolute path of the folder of RocketMQ's jars. */
  readonly jars: string;
  readonly heapMb: number;
  readonly tlsMode: TlsMode;
  /** Main class and arguments. */
  readonly command: readonly string[];
  readonly isReady: () => Promise<boolean>;
}

/**
 * A server of RocketMQ beside those of a stack, for the tests of one file.
 * @param describe given a folder of its own, and two ports that are free
 */
export function useRocketmqProcess(
  describe: (folder: string, ports: readonly number[]) => Promise<RocketmqProcess>,
): void {
  let folder: string;
  let server: ChildProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rocketlift-server-'));
    const { jars, heapMb, tlsMode, command, isReady } = await describe(folder, await freePorts(2));
    const logback = join(folder, 'logback.xml');
    await writeFile(logback, LOGBACK);
    const settings = [
      ...[`-Xms${heapMb}m`, `-Xmx${heapMb}m`, `-Drmq.logback.configurationFile=${logback}`],
      // Itself it asks others in plain, whatever it speaks.
      ...['-Dtls.enable=false', `-Dtls.server.mode=${tlsMode}`],
    ];
    server = spawn(javaCommand(), [...javaArgs(jars, folder, settings), ...command], {
      cwd: folder,
      env: { ...process.env, ROCKETMQ_HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    await until(async () => {
      if (server.exitCode !== null) throw new Error(`the server ended:\n${log}`);
      return await isReady();
    });
  }, 180_000);
  afterAll(async () => {
    if (server?.exitCode === null) {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}
