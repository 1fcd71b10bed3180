import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunDescription } from '../../src/client/describe.js';
import type { DirtyEntry } from '../../src/dirty/entry.js';
import type { Report } from '../../src/job/report.js';
import { idleJob, slowJob } from '../client/jobs.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;

let worker: WorkerProcess;
beforeAll(async () => {
  worker = await startWorkerProcess(bench.taskQueue);
});
afterAll(() => worker?.end('SIGTERM'));

const queue = () => ['--task-queue', bench.taskQueue];

describe('a run', () => {
  it('is paused, tuned, resumed, cancelled and retried, and its report says by whom', async () => {
    const { workflowId: name } = await bench.client.start(await slowJob(bench));
    await until(async () => (await bench.client.progress({ workflowId: name })).records.written > 0);

    const paused = await cli.run(['pause', name, '--by', 'Ann']);
    expect(paused).toMatchObject({ code: 0, stderr: '' });
    expect(paused.stdout).toContain(`rocketlift resume ${name}`);
    const described = json<RunDescription>(await cli.run(['describe', name, '--json']));
    expect(described).toMatchObject({ state: 'paused', progress: { phase: 'paused', activities: [] } });
    expect(await cli.run(['pause', name])).toMatchObject({ code: 2, stderr: expect.stringContaining('Ann') });

    const tuned = await cli.run(
      [
        'tune',
        name,
        '--by',
        'Ann',
        '--rate',
        '5000/s',
        '--rate',
        '1 MiB/s',
        '--parallelism',
        '3',
        '--json',
      ].concat('--error-limit', '0.1%'),
    );
    expect(json(tuned)).toMatchObject({
      run: name,
      parallelism: 3,
      rate: { records: 5000, bytes: 1_048_576 },
      limit: { records: 100, ratio: 0.001 },
    });
    expect(await cli.run(['resume', name, '--by', 'Bob', '--json'])).toMatchObject({ code: 0 });
    expect(await cli.run(['tune', name])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Nothing is to be'),
    });
    expect(await cli.run(['tune', name, '--rate', 'fast'])).toMatchObject({ code: 2 });
    expect(await cli.run(['decide', name, 'continue'])).toMatchObject({ code: 2 });

    expect((await cli.run(['cancel', name, '--by', 'Bob'])).code).toBe(0);
    const { changes, state } = json<Report>(await cli.run(['report', name, '--json']));
    expect(state).toBe('cancelled');
    expect(changes?.map(({ by, what }) => `${by} ${what}`)).toEqual([
      'Ann pause',
      'Ann parallelism: 4 → 3',
      'Ann rate: none → 5000 records/s, 1048576 bytes/s',
      'Ann error limit: 100 dirty records → 100 dirty records or 0.001 of those read',
      'Bob resume',
      'Bob cancel',
    ]);

    const retry = cli.start(['retry', name, '--no-worker', '--json', ...queue()]);
    await retry.says(/Started/);
    await until(async () => (await bench.client.progress({ workflowId: name })).state === 'running');
    const terminated = await cli.run(['cancel', name, '--now', '--by', 'Cem', '--json']);
    expect(terminated.code).toBe(0);
    expect(json<Report>(terminated)).toMatchObject({ state: 'terminated' });
    expect((await retry.result).code).toBe(1);
    expect(await cli.run(['retry', name, '--no-worker'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('terminated'),
    });
  }, 120_000);

  it('that no worker looks after ends every change with 3', async () => {
    const { workflowId: name } = await bench.client.start(await idleJob(bench));
    await worker.end('SIGTERM');
    for (const change of [['pause'], ['resume'], ['tune', '--parallelism', '2']]) {
      const [command, ...more] = change;
      const { code, stderr } = await cli.run([command, name, ...more, '--patience', '2s']);
      expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('rocketlift worker') });
    }
    expect((await cli.run(['cancel', name, '--now'])).code).toBe(0);
    worker = await startWorkerProcess(bench.taskQueue);
  }, 120_000);
});

describe('dirty records', () => {
  it('are listed, shown, exported, mended and replayed', async () => {
    const path = await bench.file('orders-dirty.csv', 'id,text\n1,a\nx,b\n3,c,d\ny,e\n');
    const job = bench.job({
      source: { type: 'csv', path, columns: { id: 'integer' } },
      sink: { topic: await bench.topic() },
      dirty: { mode: 'keep', path: 'kept' },
    });
    const name = job.job.name;
    await bench.client.wait(await bench.client.start(job));

    const listed = await cli.run(['dirty', 'list', name]);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toContain(`${name} has kept 3 dirty records`);
    expect(listed.stdout).toMatch(/2 {2}not_integer/);
    const list = json<{ total: number; byCode: object; records: DirtyEntry[] }>(
      await cli.run(['dirty', 'list', name, '--json', '--limit', '2']),
    );
    expect(list).toMatchObject({ total: 3, byCode: { not_integer: 2, too_many_fields: 1 } });
    expect(list.records).toHaveLength(2);
    expect(listed.stdout + JSON.stringify(list)).not.toContain('x,b');

    const [first] = list.records;
    const shown = await cli.run(['dirty', 'show', name, first.id]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/not_integer[\s\S]*\n\nx,b\n$/);
    expect(await cli.run(['dirty', 'show', name, 'nothing'])).toMatchObject({ code: 2 });

    const to = `${bench.folder}/mine.ndjson`;
    expect((await cli.run(['dirty', 'export', name, '--to', to])).stdout).toContain('Wrote 3 dirty records');
    expect(await cli.run(['dirty', 'export', name, '--to', to])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exists already'),
    });
    const { readFile, writeFile } = await import('node:fs/promises');
    const mended = (await readFile(to, 'utf8'))
      .replace('"raw":"x,b"', '"raw":"2,b"')
      .replace('"raw":"3,c,d"', '"raw":"3,c d"');
    await writeFile(to, mended);
    const replayed = await cli.run(['dirty', 'replay', name, '--records', to, '--no-worker', ...queue()]);
    expect(replayed.code).toBe(0);
    expect(replayed.stdout).toContain('3 read = 2 written + 1 dirty + 0 filtered');
    expect(replayed.stdout).toMatch(/together with .*\n\s+4 read = 3 written \+ 1 dirty \+ 0 filtered/);
    const left = json<{ records: DirtyEntry[] }>(
      await cli.run(['dirty', 'list', `${name}.replay`, '--json']),
    );
    expect(left.records).toMatchObject([{ code: 'not_integer', place: 'orders-dirty.csv byte 22' }]);
  }, 120_000);

  it('are held at their limit, and the command that follows says how to decide', async () => {
    const path = await bench.file('held.csv', 'id\n1\nx\n3\n');
    const job = bench.job({
      source: { type: 'csv', path, columns: { id: 'integer' } },
      sink: { topic: 'orders' },
      settings: { errorLimit: { records: 0, onBreach: 'hold' } },
    });
    const name = job.job.name;
    await bench.client.start(job);
    const watching = cli.start(['watch', name]);
    await watching.says(/Held: 1 of .*rocketlift decide/s);
    const decided = await cli.run(['decide', name, 'raise', '--records', '5', '--by', 'Ann']);
    expect(decided).toMatchObject({ code: 0, stdout: expect.stringContaining('goes on') });
    const { code, stdout } = await watching.result;
    expect(code).toBe(0);
    expect(stdout).toMatch(/changes[\s\S]*held[\s\S]*Ann.*raise to 5/);
  }, 60_000);
});
