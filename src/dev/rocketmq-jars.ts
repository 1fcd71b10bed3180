import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedJars, exists, ROCKETMQ_VERSION } from './cache.js';
import { withLock } from './lock.js';
import { run } from './run.js';
import type { FetchOptions } from './temporal-binary.js';

/** Which RocketMQ to fetch. */
interface Release {
  readonly version: string;
  /** Path of the file that pins it for Maven. */
  readonly pom: string;
  /** What is fetched, in megabytes. */
  readonly megabytes: number;
}

/** That of the stacks. Its file lies beside the sources, which the package carries: seen from `src/dev` as from `dist/dev`. */
const OF_STACKS: Release = {
  version: ROCKETMQ_VERSION,
  pom: fileURLToPath(new URL('../../src/dev/rocketmq.pom.xml', import.meta.url)),
  megabytes: 100,
};

/**
 * The folder of RocketMQ's jars, fetched by Maven the first time.
 * @returns an absolute path
 */
export async function rocketmqJars(
  { cache, onStep }: FetchOptions,
  { version, pom, megabytes }: Release = OF_STACKS,
): Promise<string> {
  const jars = cachedJars(cache, version);
  if (await exists(jars)) return jars;
  return withLock(join(cache, 'rocketmq.lock'), async () => {
    if (await exists(jars)) return jars;
    onStep(`Fetching RocketMQ ${version} with Maven (${megabytes} MB, once)`);
    await mkdir(dirname(jars), { recursive: true });
    const folder = await mkdtemp(join(dirname(jars), 'fetch-'));
    try {
      const output = join(folder, 'jars');
      const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${output}`, '-DincludeScope=runtime'];
      await run('mvn', ['-q', '-B', '-Dstyle.color=never', '-f', pom, ...goal]);
      // A rename is all or nothing: what lies in the cache is whole.
      await rename(output, jars);
    } finally {
      await rm(folder, { recursive: true });
    }
    return jars;
  });
}
