import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { processIdentity } from '../../src/dev/process.js';
import { busyWorkers } from '../support/busy-workers.js';
import { halfWay, ROWS, slowJob, stored } from '../support/half-way.js';
import { until } from '../support/until.js';
import { startWorkerProcess } from '../support/worker-process.js';
import { CLOSED_PORT, json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');

const DONE = { state: 'completed', records: { read: ROWS, written: ROWS, dirty: 0 } };
const NOTHING_TWICE = { records: ROWS, duplicates: 0 };

// One after another: each has several processes, and mostly computes.
describe('a worker of two processes', { timeout: 180_000 }, () => {
  it.for(['the one that started them alone', 'all three'] as const)(
    'shares a run between both, and drains when %s is asked to stop; the next one goes on, and nothing is lost or repeated',
    async (who, context) => {
      const topic = await bench.topic();
      const job = await slowJob(bench, topic);
      const { run, client, worker, startWorker } = await halfWay(job, context, { processes: 2 });
      expect(new Set([worker.child.pid, ...worker.pids]).size).toBe(3);
      const busy = await busyWorkers(bench.temporal, run);
      expect(busy.toSorted()).toEqual(worker.pids.toSorted());
      // As Ctrl-C in a terminal does, or who ends a service.
      if (who === 'all three') for (const pid of worker.pids) process.kill(pid, 'SIGTERM');
      await worker.end('SIGTERM');
      expect(worker.child.exitCode).toBe(0);
      expect(await Promise.all(worker.pids.map(isThere))).toEqual([false, false]);
      await startWorker();
      const report = await client.wait(run);

      expect(report).toMatchObject({ ...DONE, duplicatesAtMost: 0 });
      expect(await stored(stack, topic)).toEqual(NOTHING_TWICE);
    },
  );

  it('drains also when the one that started it is killed', async (context) => {
    const topic = await bench.topic();
    const job = await slowJob(bench, topic);
    const { run, client, worker, startWorker } = await halfWay(job, context, { processes: 2 });
    await worker.end('SIGKILL');
    for (const pid of worker.pids) await isGone(pid);
    await startWorker();
    const report = await client.wait(run);

    expect(report).toMatchObject({ ...DONE, duplicatesAtMost: 0 });
    expect(await stored(stack, topic)).toEqual(NOTHING_TWICE);
  });

  it('replaces those that are killed, and says so', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker } = await halfWay(await slowJob(bench, topic), context, { processes: 2 });
    for (const pid of worker.pids) process.kill(pid, 'SIGKILL');
    const report = await client.wait(run);

    const lines = worker.log().trim().split('\n');
    const said = lines.map((line) => JSON.parse(line)).filter(({ pid }) => pid === worker.child.pid);
    expect(said.map(({ msg }) => msg).toSorted()).toEqual(
      worker.pids
        .map((pid) => `Worker process ${pid} was ended by SIGKILL. Another one starts in 1 s.`)
        .toSorted(),
    );
    expect(report).toMatchObject(DONE);
    const { records, duplicates } = await stored(stack, topic);
    expect(records).toBe(ROWS);
    expect(duplicates).toBeLessThanOrEqual(report.duplicatesAtMost);
  });

  it('goes on where one of them hangs', async (context) => {
    const topic = await bench.topic();
    const { run, client, worker } = await halfWay(await slowJob(bench, topic), context, { processes: 2 });
    const [hangs] = worker.pids;
    context.onTestFinished(() => void process.kill(hangs, 'SIGKILL'));
    process.kill(hangs, 'SIGSTOP');
    const report = await client.wait(run);

    expect(report).toMatchObject(DONE);
    const { records, duplicates } = await stored(stack, topic);
    expect(records).toBe(ROWS);
    expect(duplicates).toBeLessThanOrEqual(report.duplicatesAtMost);
  });

  it('leaves at once when it is asked a second time', async ({ onTestFinished }) => {
    const worker = await startWorkerProcess(`test-${randomUUID()}`, { processes: 2 });
    onTestFinished(() => worker.end('SIGKILL'));
    // One that can't drain.
    process.kill(worker.pids[0], 'SIGSTOP');
    worker.child.kill('SIGINT');
    await isGone(worker.pids[1]);
    await worker.end('SIGINT');

    expect(worker.child.exitCode).toBe(130);
    await isGone(worker.pids[0]);
  });

  it('tells people in plain lines what it does', async () => {
    const worker = cli.start(['worker', '--task-queue', `test-${randomUUID()}`, '--processes', '2']);
    await worker.says(/^2 worker processes poll the task queue "test-.*"\. Ctrl-C stops them\.$/m);
    worker.interrupt();
    expect(await worker.result).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('a worker of several processes that can not begin', () => {
  it('ends with 3 when Temporal can not be reached, and says so once', async () => {
    const env = { TEMPORAL_ADDRESS: CLOSED_PORT };
    const result = await cli.run(['worker', '--processes', '3', '--json'], { env });
    expect(result.code).toBe(3);
    expect(json(result)).toMatchObject({ error: { code: 'temporal_unreachable', fault: 'world' } });
    expect(result.stderr.match(/can not be reached/g)).toHaveLength(1);
  });

  it('ends with 2 where an option of its processes is wrong', async () => {
    const args = ['worker', '--processes', '2', '--allow-read', 'no-such-folder'];
    const { code, stderr } = await cli.run(args);
    expect(code).toBe(2);
    expect(stderr.match(/no-such-folder/g)).toHaveLength(1);
  });
});

/** Whether a process is there, and no mere remainder of one. */
const isThere = async (pid: number) => (await processIdentity(pid)) !== undefined;

const isGone = (pid: number) => until(async () => !(await isThere(pid)));
