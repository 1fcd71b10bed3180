import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { idleJob, smallJob } from '../client/jobs.js';
import { CLOSED_PORT, json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;

it.concurrent('a run that nobody works on ends with 3 once patience is at its end; it can go on', async () => {
  const job = await idleJob(bench);
  const taskQueue = `test-${randomUUID()}`;
  const result = await cli.run([
    'run',
    await cli.jobFile(job),
    '--no-worker',
    '--json',
    '--task-queue',
    taskQueue,
    '--patience',
    '2s',
  ]);
  expect(result.code).toBe(3);
  expect(json(result)).toMatchObject({ error: { code: 'no_worker', fault: 'world' } });
  expect(result.stderr).toContain(`rocketlift worker --task-queue ${taskQueue}`);
  const handle = bench.temporal.workflow.getHandle(job.job.name);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await handle.terminate();
}, 120_000);

it.concurrent.each([
  'run JOB',
  'start JOB',
  'watch orders',
  'describe orders',
  'report orders',
  'list',
  'cancel orders',
  'worker',
])('%s ends with 3 where no Temporal answers, and says what to do', async (command) => {
  const job = await cli.jobFile(await smallJob(bench));
  const args = command.split(' ').map((word) => (word === 'JOB' ? job : word));
  const result = await cli.run([...args, '--json'], { env: { TEMPORAL_ADDRESS: CLOSED_PORT } });
  expect(result.code).toBe(3);
  expect(json(result)).toMatchObject({ error: { code: 'temporal_unreachable', fault: 'world' } });
  expect(result.stderr).toContain(CLOSED_PORT);
  expect(result.stderr).toMatch(/rocketlift dev up[\s\S]*TEMPORAL_ADDRESS/);
});
