import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { javaCommand } from '../../src/dev/cache.js';
import { javaArgs, LIGHT_JVM } from '../../src/dev/java.js';
import type { Stack } from '../../src/dev/stack.js';

/**
 * What RocketMQ's own tool prints.
 * @param home folder for what it writes without being asked
 */
export async function mqadmin(
  { rocketmq: { jars, namesrvAddr } }: Stack,
  home: string,
  command: string,
  args: readonly string[],
): Promise<string> {
  const main = 'org.apache.rocketmq.tools.command.MQAdminStartup';
  const { stdout } = await promisify(execFile)(
    javaCommand(),
    [...javaArgs(jars, home, LIGHT_JVM), main, command, '-n', namesrvAddr, ...args],
    { env: { ...process.env, ROCKETMQ_HOME: home }, maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}
