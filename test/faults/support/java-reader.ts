import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { javaCommand } from '../../../src/dev/cache.js';
import { LIGHT_JVM, OPEN_JDK } from '../../../src/dev/java.js';

const SOURCE = fileURLToPath(new URL('ReadTopic.java', import.meta.url));
const MOST_OUTPUT = 256 * 1024 * 1024;

/** A message as RocketMQ's own client finds it. */
interface FoundMessage {
  readonly id: string;
  readonly brokerName: string;
}

/** Every message of a topic, read by RocketMQ's own client through its name servers. */
export async function readWithJava(
  jars: string,
  namesrvAddr: string,
  topic: string,
): Promise<FoundMessage[]> {
  const home = await mkdtemp(join(tmpdir(), 'rocketlift-java-'));
  try {
    const args = ['-Xmx512m', ...LIGHT_JVM, ...OPEN_JDK, `-Duser.home=${home}`, '-cp', join(jars, '*')];
    const { stdout } = await promisify(execFile)(javaCommand(), [...args, SOURCE, namesrvAddr, topic], {
      maxBuffer: MOST_OUTPUT,
    });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [id, brokerName] = line.split(' ');
        return { id, brokerName };
      });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
