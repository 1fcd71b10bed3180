import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cachedJars, cachedTemporal } from '../../src/dev/cache.js';
import { missingPrerequisites } from '../../src/dev/prerequisites.js';

const JAVA_17 = 'openjdk version "17.0.15" 2025-04-15';
let cache: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'rocketlift-'));
  env = { ROCKETLIFT_CACHE: cache, PATH: cache };
});

afterAll(() => rm(cache, { recursive: true }));

/** A machine on which each command prints what is given here, and every other is missing. */
function machine(answers: Record<string, string>) {
  return async (command: string) => answers[command];
}

const COMPLETE = { java: JAVA_17, mvn: 'Apache Maven 3.8.7', python3: 'pip 23.2.1' };

test('a machine with everything lacks nothing', async () => {
  expect(await missingPrerequisites({ run: machine(COMPLETE), env })).toEqual([]);
});

test.each(['18.20.4', '20.18.3'])(
  'Node %s is too old, and named with what to install',
  async (nodeVersion) => {
    const problems = await missingPrerequisites({ run: machine(COMPLETE), env, nodeVersion });
    expect(problems).toEqual([
      expect.stringMatching(/^Node.js 20.19 or newer is needed and this is \d+\.\d+\.\d+: install .+\.$/),
    ]);
  },
);

test.each(['20.19.0', '22.0.0'])('Node %s is new enough', async (nodeVersion) => {
  expect(await missingPrerequisites({ run: machine(COMPLETE), env, nodeVersion })).toEqual([]);
});

test.each([
  ['java', undefined, /^Java 17 or newer .+"java" can't be run: install a JDK, .+\.$/],
  ['java', 'java version "1.8.0_292"', /^Java 17 or newer .+"java" is Java 8: install a JDK, .+\.$/],
  ['java', 'openjdk version "11.0.2" 2019-01-15', /is Java 11: install/],
  ['mvn', undefined, /^Maven .+ can't be run: install it, .+\.$/],
  ['python3', undefined, /^Python's pip .+ can't be run: install it, .+ or set TEMPORAL_CLI_PATH .+\.$/],
])('%s with the answer %s is one clear sentence', async (command, answer, sentence) => {
  const answers: Record<string, string> = { ...COMPLETE };
  delete answers[command];
  if (answer !== undefined) answers[command] = answer;
  const problems = await missingPrerequisites({ run: machine(answers), env });
  expect(problems).toEqual([expect.stringMatching(sentence)]);
});

test.each(['openjdk version "17" 2021-09-14', 'openjdk version "21.0.4"', 'java version "25-ea" 2025-09-16'])(
  '%s is new enough',
  async (java) => {
    expect(await missingPrerequisites({ run: machine({ ...COMPLETE, java }), env })).toEqual([]);
  },
);

test('JAVA_HOME comes before PATH, as for Maven', async () => {
  const inHome = {
    run: machine({ ...COMPLETE, '/jdk/bin/java': JAVA_17 }),
    env: { ...env, JAVA_HOME: '/jdk' },
  };
  expect(await missingPrerequisites(inHome)).toEqual([]);
  const notThere = { run: machine(COMPLETE), env: { ...env, JAVA_HOME: '/jdk' } };
  expect(await missingPrerequisites(notThere)).toEqual([expect.stringContaining('"/jdk/bin/java"')]);
});

test('everything missing is four sentences', async () => {
  expect(await missingPrerequisites({ run: machine({}), env, nodeVersion: '16.0.0' })).toHaveLength(4);
});

test('pip is not needed where a temporal binary is named, installed or fetched', async () => {
  const run = machine({ java: JAVA_17, mvn: 'Maven' });
  expect(await missingPrerequisites({ run, env: { ...env, TEMPORAL_CLI_PATH: '/x/temporal' } })).toEqual([]);

  const installed = join(cache, 'bin', 'temporal');
  await put(installed);
  expect(
    await missingPrerequisites({ run, env: { ...env, PATH: `${cache}:${dirname(installed)}` } }),
  ).toEqual([]);

  await put(cachedTemporal(cache));
  expect(await missingPrerequisites({ run, env })).toEqual([]);
});

test('Maven is not needed once RocketMQ is fetched', async () => {
  await mkdir(cachedJars(cache), { recursive: true });
  expect(await missingPrerequisites({ run: machine({ java: JAVA_17, python3: 'pip' }), env })).toEqual([]);
});

async function put(program: string): Promise<void> {
  await mkdir(dirname(program), { recursive: true });
  await writeFile(program, '', { mode: 0o755 });
}
