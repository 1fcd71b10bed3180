/** Runs that end in every way, with secrets in the environment: none of them is found in anything that is kept or shown. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { stopRocketmq } from '../../src/dev/down.js';
import type { LoadedJob } from '../../src/job/parse.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { CLOSED_PORT, useCli } from '../cli/cli.js';
import { until } from '../support/until.js';
import { useAclStack } from './acl-stack.js';
import { heldByTemporal } from './held.js';

const TOPIC = 'secured';
const WORKER = fileURLToPath(new URL('debug-worker.mjs', import.meta.url));

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');
const acl = useAclStack([TOPIC]);

/** The secrets, by the variables that hold them. */
const secrets: Record<string, string> = {};
/** All that was kept or shown. */
const seen: { readonly where: string; readonly text: string }[] = [];
let worker: ChildProcess;
let workerLog = '';

beforeAll(async () => {
  const { accessKey, secretKey } = await acl.account('publisher');
  Object.assign(secrets, {
    ACCESS: accessKey,
    SECRET: secretKey,
    WRONG: `wr0ng-${randomUUID()}`,
    STRANGER: `str4nger-${randomUUID()}`,
    TOKEN: `t0ken-${randomUUID()}`,
  });
  worker = spawn(process.execPath, [WORKER, bench.taskQueue], {
    env: { ...process.env, ...secrets },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
    workerLog += text;
  });
  await until(async () => workerLog.includes('READY'));
}, 60_000);

afterAll(async () => {
  if (worker.exitCode === null) worker.kill('SIGKILL');
});

const csv = async (rows: number) => {
  const lines = Array.from({ length: rows }, (_, n) => `${n},text`);
  return bench.file(`${randomUUID()}.csv`, `id,text\n${lines.join('\n')}\n`);
};

interface Ways {
  readonly access?: string;
  readonly secret?: string;
  readonly path?: string;
  readonly sink?: object;
  readonly settings?: JobInput['settings'];
}

async function job({ access = 'ACCESS', secret = 'SECRET', path, sink, settings }: Ways): Promise<LoadedJob> {
  const credentials = {
    accessKey: `\${env:${access}}`,
    secretKey: `\${env:${secret}}`,
    securityToken: '${env:TOKEN}',
  };
  return bench.job({
    source: { type: 'csv', path: path ?? (await csv(20)), columns: { id: 'integer' } },
    sink: { topic: TOPIC, endpoints: acl.stack.rocketmq.endpoints, credentials, ...sink },
    settings: { connectTimeout: '2s', retryFor: '2s', ...settings },
  });
}

/** Keeps what a run left behind: in Temporal, in reports, on a terminal. */
async function keep(written: LoadedJob, report: unknown): Promise<void> {
  const { name } = written.job;
  seen.push({ where: `report of ${name}`, text: JSON.stringify(report) });
  seen.push({ where: `Temporal on ${name}`, text: await heldByTemporal(bench.temporal, stack, name) });
  const file = await cli.jobFile(written);
  const env = secrets;
  for (const args of [
    ['check', file],
    ['report', name],
    ['describe', name, '--json'],
    ['list', '--json'],
  ]) {
    const { stdout, stderr } = await cli.run(args, { env: { ...env, ROCKETLIFT_DEBUG: '1' } });
    seen.push({ where: `${args[0]} of ${name}`, text: stdout + stderr });
  }
}

it.each<[string, string | undefined, () => Promise<Ways>]>([
  ['nothing', undefined, async () => ({})],
  ['a file that is missing', 'file_not_found', async () => ({ path: `${bench.folder}/none.csv` })],
  ['a topic that is missing', 'topic_not_found', async () => ({ sink: { topic: 'no-such-topic' } })],
  ['a wrong secret', 'wrong_secret_key', async () => ({ secret: 'WRONG' })],
  ['an unknown account', 'unknown_access_key', async () => ({ access: 'STRANGER' })],
  ['a variable that is not set', 'secret_missing', async () => ({ secret: 'NOT_SET_ANYWHERE' })],
  ['no RocketMQ', 'rocketmq_unreachable', async () => ({ sink: { endpoints: CLOSED_PORT } })],
  [
    'dirty records',
    'error_limit',
    async () => ({
      path: await bench.file('dirty.csv', 'id,text\nx,1\ny,2\n'),
      settings: { errorLimit: { records: 1 } },
    }),
  ],
])('a run with %s', async (_, code, ways) => {
  const written = await job(await ways());
  const report = await bench.run(written);
  expect(report.error?.code).toBe(code);
  await keep(written, report);
});

it('a run that is cancelled', async () => {
  const settings = { batch: { records: 20, inFlight: 1 }, parallelism: 1 };
  const written = await job({ path: await csv(200_000), settings });
  const run = await bench.client.start(written);
  await until(async () => (await bench.client.progress(run)).records.written > 0);
  seen.push({
    where: 'a run that goes on',
    text: await heldByTemporal(bench.temporal, stack, written.job.name),
  });
  await bench.client.cancel(run);
  const report = await bench.client.wait(run);
  expect(report.state).toBe('cancelled');
  await keep(written, report);
});

it('a run of a job that is none, and the command for a file that is none', async () => {
  const written = await job({});
  const document = written.document as { sink: object };
  const broken = {
    ...document,
    sink: { ...document.sink, credentials: { accessKey: '${env:ACCESS}', secretKey: 1 } },
  };
  const started = { taskQueue: bench.taskQueue, workflowId: written.job.name, args: [{ job: broken }] };
  const handle = await bench.temporal.workflow.start('migration', started);
  await expect(handle.result()).rejects.toThrow();
  await keep(written, await bench.client.report({ workflowId: written.job.name }));

  const literal = {
    ...document,
    sink: { ...document.sink, credentials: { accessKey: '${env:ACCESS}', secretKey: secrets.SECRET } },
  };
  const file = await bench.file('literal.json', JSON.stringify(literal));
  for (const command of ['check', 'run', 'start']) {
    const { code, stdout, stderr } = await cli.run([command, file, '--json'], {
      env: { ...secrets, ROCKETLIFT_DEBUG: '1' },
    });
    expect(code).toBe(2);
    expect(stdout).toContain('never the secret itself');
    seen.push({ where: `${command} of a literal secret`, text: stdout + stderr });
  }
});

it('a run with its own worker, on a terminal', async () => {
  for (const written of [await job({ secret: 'WRONG' }), await job({})]) {
    const { stdout, stderr } = await cli.run(
      ['run', await cli.jobFile(written), '--task-queue', `own-${randomUUID()}`],
      {
        env: { ...secrets, ROCKETLIFT_DEBUG: '1' },
      },
    );
    expect(stdout + stderr).toContain(written.job.name);
    seen.push({ where: 'run', text: stdout + stderr });
  }
});

it('a run whose RocketMQ ends half-way', async () => {
  const settings = { batch: { records: 20, inFlight: 1 }, parallelism: 1 };
  const written = await job({ path: await csv(200_000), settings });
  const run = await bench.client.start(written);
  await until(async () => (await bench.client.progress(run)).records.written > 0);
  await stopRocketmq(acl.stack, { signal: 'SIGKILL' });
  const report = await bench.client.wait(run);
  expect(report).toMatchObject({ state: 'failed', error: { fault: 'world' } });
  await keep(written, report);
});

it('left no secret behind', async () => {
  worker.kill('SIGTERM');
  await once(worker, 'close');
  seen.push({ where: "the worker's log", text: workerLog });
  // That there was something to be found, and that it was looked for in the right places.
  const all = seen.map(({ text }) => text).join('\n');
  for (const text of [
    TOPIC,
    '${env:SECRET}',
    '${env:STRANGER}',
    'check signature failed',
    'file_not_found',
  ]) {
    expect(all).toContain(text);
  }
  expect(workerLog).toContain('Startup the rocketmq client successfully');
  expect(seen.length).toBeGreaterThan(50);

  for (const [name, value] of Object.entries(secrets)) {
    const forms = [
      value,
      ...['base64', 'base64url', 'hex'].map((form) => Buffer.from(value).toString(form as 'hex')),
    ];
    for (const { where, text } of seen) {
      for (const form of forms) expect(text.includes(form), `${name} in ${where}`).toBe(false);
    }
  }
});
