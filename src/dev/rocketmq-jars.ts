import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedJars, exists, ROCKETMQ_VERSION } from './cache.js';
import { withLock } from './lock.js';
import { run } from './run.js';
import type { FetchOptions } from './temporal-binary.js';

/** Lies beside the sources, which the package carries: seen from `src/dev` as from `dist/dev`. */
const POM = fileURLToPath(new URL('../../src/dev/rocketmq.pom.xml', import.meta.url));

/**
 * The folder of RocketMQ's jars, fetched by Maven the first time.
 * @returns an absolute path
 */
export async function rocketmqJars({ cache, onStep }: FetchOptions): Promise<string> {
  const jars = cachedJars(cache);
  if (await exists(jars)) return jars;
  return withLock(join(cache, 'rocketmq.lock'), async () => {
    if (await exists(jars)) return jars;
    onStep(`Fetching RocketMQ ${ROCKETMQ_VERSION} with Maven (100 MB, once)`);
    await mkdir(dirname(jars), { recursive: true });
    const folder = await mkdtemp(join(dirname(jars), 'fetch-'));
    try {
      const output = join(folder, 'jars');
      const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${output}`, '-DincludeScope=runtime'];
      await run('mvn', ['-q', '-B', '-Dstyle.color=never', '-f', POM, ...goal]);
      // A rename is all or nothing: what lies in the cache is whole.
      await rename(output, jars);
    } finally {
      await rm(folder, { recursive: true });
    }
    return jars;
  });
}
