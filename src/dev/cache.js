// Plain JavaScript without dependencies: the scripts use it before anything is installed or built.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

/** The Temporal CLI (server and UI in one binary) that is fetched where none is installed. */
export const TEMPORAL_VERSION = '1.9.1';

/** What it holds, as `temporal --version` tells: the versions that docker-compose.yml runs. */
export const TEMPORAL_HOLDS = { server: '1.32.0', ui: '2.54.1' };

/** The RocketMQ that `rocketmq.pom.xml` pins. */
export const ROCKETMQ_VERSION = '5.4.0';

/**
 * The folder of what was downloaded once, shared by all stacks: `ROCKETLIFT_CACHE`, else `.rocketlift/cache`
 * in the working directory.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function cacheFolder(env = process.env) {
  return resolve(env.ROCKETLIFT_CACHE || join('.rocketlift', 'cache'));
}

/**
 * @param {string} cache
 * @returns {string}
 */
export function cachedTemporal(cache) {
  return join(cache, 'temporal', TEMPORAL_VERSION, 'temporal');
}

/**
 * @param {string} cache
 * @param {string} [version]
 * @returns {string}
 */
export function cachedJars(cache, version = ROCKETMQ_VERSION) {
  return join(cache, 'rocketmq', version, 'jars');
}

/**
 * Whether there is a file that this user may execute.
 * @param {string} path
 * @returns {Promise<boolean>}
 */
export async function isExecutable(path) {
  // Whatever keeps the file from being used (absent, a folder on the way, no permission) is the same answer here.
  return access(path, constants.X_OK).then(
    async () => (await stat(path)).isFile(),
    () => false,
  );
}

/**
 * @param {string} path
 * @returns {Promise<boolean>}
 */
export async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Where a command is found on PATH.
 * @param {string} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string | undefined>}
 */
export async function findOnPath(command, env = process.env) {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command);
    if (folder !== '' && (await isExecutable(path))) {
      return path;
    }
  }
  return undefined;
}

/**
 * The Java that is used: JAVA_HOME's, which Maven prefers too, else the one on PATH.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function javaCommand(env = process.env) {
  return env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java';
}
