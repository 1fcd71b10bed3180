import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ScheduleDetails } from '../../src/client/schedules/describe.js';
import type { ScheduleListing } from '../../src/client/schedules/list.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { json, useCli } from './cli.js';

const cli = useCli();
const { bench } = cli;
const stack = inject('stack');

let worker: WorkerProcess;
beforeAll(async () => {
  worker = await startWorkerProcess(bench.taskQueue);
});
afterAll(() => worker?.end('SIGTERM'));

const queue = () => ['--task-queue', bench.taskQueue];

/** A job of one record. Its schedule fires by itself on 29 February only. */
async function scheduledJob(name?: string, over: object = {}) {
  await bench.file('one.csv', 'id\n1\n');
  return bench.job({
    name,
    source: { type: 'csv', path: 'one.csv' },
    sink: { topic: 'orders' },
    schedule: { cron: '0 2 29 2 *' },
    ...over,
  });
}

describe('schedule', () => {
  it('is created, changed, listed, described, triggered, paused, resumed, backfilled and deleted', async () => {
    const job = await scheduledJob();
    const { name } = job.job;
    const file = await cli.jobFile(job);
    const ui = `${stack.temporal.ui}/namespaces/default/schedules/${name}`;

    const created = await cli.run(['schedule', 'create', file, '--json', ...queue()]);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(json(created)).toMatchObject({
      job: name,
      ui,
      next: [expect.stringMatching(/-02-29T02:00/), {}, {}],
    });
    const again = await cli.run(['schedule', 'create', file, '--json', ...queue()]);
    expect(again.code).toBe(2);
    expect(json(again)).toMatchObject({ error: { code: 'schedule_exists' } });

    const other = await cli.jobFile(
      await scheduledJob(name, { transform: [{ constant: { n: 1 } }], schedule: { cron: '0 3 29 2 *' } }),
    );
    const dry = await cli.run(['schedule', 'update', other, '--dry-run']);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout.split('\n').sort()).toEqual(
      [
        'schedule.cron: "0 2 29 2 *" → "0 3 29 2 *"',
        'transform: added [{"constant":{"n":1}}]',
        'Nothing was applied (--dry-run).',
        '',
      ].sort(),
    );
    const updated = await cli.run(['schedule', 'update', other, '--json']);
    expect(json(updated)).toMatchObject({ job: name, applied: true, changes: [{}, {}] });
    const same = await cli.run(['schedule', 'update', other]);
    expect(same.stdout).toBe(`Nothing to change: the schedule ${name} is as ${other} says.\n`);

    const paused = await cli.run(['schedule', 'pause', name, '--note', 'stock-taking']);
    expect(paused).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Paused the schedule ${name}.`),
    });
    // The list of the server follows by moments.
    const list = await until(async () => {
      const listed = await cli.run(['schedule', 'list']);
      return listed.stdout.includes(name) && listed.stdout;
    });
    expect(list).toMatch(/^STATE +NEXT +LAST RUN +JOB +NOTE\n/);
    expect(list).toMatch(
      new RegExp(`^paused +\\S+-02-29T03:00:00.000Z +none yet +${name} +stock-taking$`, 'm'),
    );

    const triggered = await cli.run(['schedule', 'trigger', name, '--json']);
    expect(json(triggered)).toMatchObject({
      job: name,
      triggered: true,
      run: expect.stringContaining(`${name}/`),
    });
    await until(async () => (await bench.client.describeSchedule(name)).last?.state === 'completed');
    const listed = json<ScheduleListing[]>(await cli.run(['schedule', 'list', '--json']));
    expect(listed.find((listing) => listing.job === name)).toMatchObject({ last: { state: 'completed' } });

    const range = ['--from', '2024-02-29', '--to', '2024-02-29T11:00+08:00'];
    const filled = await cli.run(['schedule', 'backfill', name, ...range]);
    expect(filled).toMatchObject({
      code: 0,
      stdout: `1 run of ${name}, one after another, for:\n  2024-02-29T03:00:00.000Z\n`,
    });
    await until(async () => {
      const { runs } = await bench.client.describeSchedule(name);
      return runs.length === 2 && runs.every(({ state }) => state === 'completed');
    });
    const described = await cli.run(['schedule', 'describe', name]);
    expect(described.stdout).toMatch(/^state +paused: stock-taking$/m);
    expect(described.stdout).toMatch(/^cron +0 3 29 2 \* \(UTC\)$/m);
    expect(described.stdout).toMatch(/^ {2}2024-02-29T03:00:00.000Z: completed /m);
    const details = json<ScheduleDetails>(await cli.run(['schedule', 'describe', name, '--json']));
    expect(details).toMatchObject({ job: name, ui, runs: [{ state: 'completed' }, { state: 'completed' }] });

    expect(await cli.run(['schedule', 'resume', name])).toMatchObject({ code: 0 });
    expect((await bench.client.describeSchedule(name)).state).toBe('active');
    const deleted = await cli.run(['schedule', 'delete', name]);
    expect(deleted).toMatchObject({ code: 0, stdout: expect.stringContaining('is left alone') });
    const gone = await cli.run(['schedule', 'describe', name, '--json']);
    expect(gone.code).toBe(2);
    expect(json(gone)).toMatchObject({ error: { code: 'schedule_not_found', fault: 'user' } });
    // Some twenty processes one after another.
  }, 180_000);

  it('refuses wrong times, and a job without a schedule', async () => {
    const wrong = await cli.run([
      'schedule',
      'backfill',
      'orders',
      '--from',
      'yesterday',
      '--to',
      '2026-01-01',
    ]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('A time such as 2026-01-31');
    const job = await cli.jobFile(await scheduledJob(undefined, { schedule: undefined }));
    const none = await cli.run(['schedule', 'create', job, '--json']);
    expect(none.code).toBe(2);
    expect(json(none)).toMatchObject({ error: { code: 'no_schedule' } });
  });

  it.each(['create', 'update', 'list', 'describe', 'pause', 'resume', 'trigger', 'backfill', 'delete'])(
    '%s --help shows examples',
    async (command) => {
      const { code, stdout } = await cli.run(['schedule', command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Examples:\n  $ rocketlift schedule ${command}`);
      expect(stdout).toContain('--json');
    },
  );
});

describe('start', () => {
  it('ignores the schedule of a job, and says so', async () => {
    const job = await scheduledJob();
    const file = await cli.jobFile(job);
    const { code, stderr } = await cli.run(['start', file, '--json', ...queue()]);
    expect(code).toBe(0);
    expect(stderr).toContain(`The schedule in ${file} is ignored: \`rocketlift schedule create ${file}\``);
    expect(await bench.client.wait({ workflowId: job.job.name })).toMatchObject({ state: 'completed' });
  });
});
