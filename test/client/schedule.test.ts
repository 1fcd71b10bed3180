import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { parseRun } from '../../src/client/run-ref.js';
import type { ScheduledRun } from '../../src/client/schedules/runs.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { idleJob } from './jobs.js';

const bench = useBench();
const stack = inject('stack');

/** Never fires within a test. */
const NEVER = '0 0 29 2 *';

const created = new Set<string>();
afterEach(async () => {
  for (const job of created) await bench.client.deleteSchedule(job);
  created.clear();
});

async function create(job: ReturnType<typeof bench.job>): Promise<string> {
  await bench.client.createSchedule(job);
  created.add(job.job.name);
  return job.job.name;
}

/** The latest run of a schedule, once it is as asked for. */
async function lastRun(job: string, isIt: (run: ScheduledRun) => boolean): Promise<ScheduledRun> {
  return await until(async () => {
    const { last } = await bench.client.describeSchedule(job);
    return last && isIt(last) && last;
  });
}

/** A job of one record, with a schedule that no test waits for unless it says so. */
async function smallJob(schedule: object = {}, name?: string) {
  const path = await bench.file('one.csv', 'id\n1\n');
  const topic = await bench.topic();
  return bench.job({
    name,
    source: { type: 'csv', path },
    sink: { topic },
    schedule: { cron: NEVER, ...schedule },
  });
}

const bodies = async (topic: string): Promise<Record<string, unknown>[]> =>
  (await readTopic(stack, topic)).map(({ body }) => JSON.parse(body.toString()));

describe('a schedule', () => {
  it('starts runs by itself, with the macros of their planned times', async () => {
    // Every second, so that none has to be waited for.
    const topic = await bench.topic();
    const path = await bench.file('seconds.csv', 'id\n1\n');
    const job = bench.job({
      source: { type: 'csv', path },
      sink: { topic },
      transform: [{ constant: { at: "${dateformat(yyyy-MM-dd'T'HH:mm:ss)}", ms: '${timestamp()}' } }],
      schedule: { cron: '* * * * * * *', overlap: 'bufferOne' },
    });
    const name = await create(job);
    await until(async () => {
      const { runs } = await bench.client.describeSchedule(name);
      return runs.filter(({ state }) => state === 'completed').length >= 2;
    });
    await bench.client.pauseSchedule(name, 'enough');
    const { runs, state, note } = await until(async () => {
      const details = await bench.client.describeSchedule(name);
      return details.buffered === 0 && details.runs.every(({ ended }) => ended) && details;
    });
    expect({ state, note }).toEqual({ state: 'paused', note: 'enough' });
    const messages = await bodies(topic);
    const planned = messages.map(({ at }) => `${at}.000Z`);
    expect(new Set(planned).size).toBe(planned.length);
    for (const run of runs) {
      expect(run).toMatchObject({ state: 'completed', run: expect.stringContaining(`${name}/`) });
      expect(planned).toContain(run.planned);
    }
    for (const { at, ms } of messages) expect(Number(ms)).toBe(Date.parse(`${at}Z`));
    // Each is a migration like any other.
    const { report } = await bench.client.describe({ workflowId: name });
    expect(report).toMatchObject({ job: name, state: 'completed', records: { written: 1 } });
  });

  it('is listed with its next times and its last run', async () => {
    const job = await smallJob({ cron: '0 2 * * *', timezone: 'Asia/Shanghai' });
    const name = await create(job);
    const listing = () =>
      until(async () => (await bench.client.listSchedules()).find((listed) => listed.job === name));
    const before = await listing();
    expect(before).toEqual({ job: name, state: 'active', next: expect.any(Array) });
    expect(before.next).toHaveLength(3);
    for (const next of before.next) expect(next).toMatch(/T18:00:00.000Z$/);

    const triggered = await bench.client.triggerSchedule(name);
    const last = await lastRun(name, ({ ended }) => ended !== undefined);
    expect(last).toMatchObject({ state: 'completed', run: expect.stringContaining(`${name}/`) });
    expect(triggered).toMatchObject({ run: last.run, planned: last.planned, answered: true });
    expect((await listing()).last).toEqual(last);
    expect(last.ui).toBe(`${stack.temporal.ui}/namespaces/default/workflows/${last.run}`);

    // As after the server's retention.
    const { info } = await bench.temporal.schedule.getHandle(name).describe();
    const { workflowId } = info.recentActions[0].action.workflow;
    await bench.temporal.workflowService.deleteWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
    });
    const forgotten = await lastRun(name, ({ state }) => state === 'unknown');
    expect(forgotten).toEqual({
      planned: info.recentActions[0].scheduledAt.toISOString(),
      state: 'unknown',
      started: info.recentActions[0].takenAt.toISOString(),
    });
  });

  it('is refused without one, twice, and where Temporal does not take it', async () => {
    const job = await smallJob();
    const name = await create(job);
    await expect(bench.client.createSchedule(job)).rejects.toMatchObject({
      code: 'schedule_exists',
      fault: 'user',
      mend: expect.stringContaining('schedule update'),
    });
    const { schedule: _, ...rest } = job.document as { schedule: object };
    const without = bench.job(rest as never);
    await expect(bench.client.createSchedule(without)).rejects.toMatchObject({ code: 'no_schedule' });
    await expect(bench.client.updateSchedule(without)).rejects.toMatchObject({ code: 'no_schedule' });
    const wrong = await smallJob({ cron: '61 2 * * *' });
    await expect(bench.client.createSchedule(wrong)).rejects.toMatchObject({
      code: 'invalid_schedule',
      fault: 'user',
      message: expect.stringContaining('Minute is not in range [0-59]'),
    });
    await expect(
      bench.client.updateSchedule(await smallJob({ cron: '61 2 * * *' }, name)),
    ).rejects.toMatchObject({
      code: 'invalid_schedule',
    });
  });

  it('of somebody else is none, and keeps its name', async () => {
    const job = await smallJob();
    const { name } = job.job;
    const handle = await bench.temporal.schedule.create({
      scheduleId: name,
      spec: { cronExpressions: [NEVER] },
      action: { type: 'startWorkflow', workflowType: 'other', taskQueue: 'other' },
    });
    const foreign = { code: 'foreign_schedule', fault: 'user' };
    await expect(bench.client.createSchedule(job)).rejects.toMatchObject(foreign);
    await expect(bench.client.updateSchedule(job)).rejects.toMatchObject(foreign);
    await handle.delete();
  });

  it.each([
    'describeSchedule',
    'pauseSchedule',
    'resumeSchedule',
    'triggerSchedule',
    'deleteSchedule',
  ] as const)('is not found by %s under a name that has none', async (ask) => {
    await expect(bench.client[ask]('nobody')).rejects.toMatchObject({
      code: 'schedule_not_found',
      fault: 'user',
    });
  });
});

describe('a run that is due while one goes on that was started by hand', () => {
  it('is skipped, and says so', async () => {
    const job = await smallJob({ cron: '* * * * * * *' });
    const byHand = await bench.client.start(await idleJob(bench, job.job.name));
    const name = await create(job);
    const skipped = await lastRun(name, ({ state }) => state === 'skipped');
    expect(skipped.reason).toMatch(/was running already/);
    expect(skipped.run).toBeUndefined();
    await expect(bench.client.triggerSchedule(name)).rejects.toMatchObject({ code: 'already_running' });
    expect((await bench.client.describe(byHand)).state).toBe('running');
    await bench.client.pauseSchedule(name);
    await bench.client.cancel(byHand);
    await bench.client.wait(byHand);
    expect(await bodies(job.job.sink.topic)).toEqual([]);
  });

  it('waits with bufferOne, and runs for its planned time', async () => {
    const job = await smallJob({ cron: '* * * * * * *', overlap: 'bufferOne' });
    const byHand = await bench.client.start(await idleJob(bench, job.job.name));
    const name = await create(job);
    const waiting = await lastRun(name, ({ state }) => state === 'waiting');
    expect(waiting.reason).toMatch(/Waits for the run/);
    await bench.client.pauseSchedule(name);
    await bench.client.cancel(byHand);
    const { state } = await bench.client.wait(byHand);
    expect(state).toBe('cancelled');
    const { runs } = await until(async () => {
      const details = await bench.client.describeSchedule(name);
      return details.runs.length > 0 && details.runs.every(({ ended }) => ended) && details;
    });
    expect(runs.at(-1)).toMatchObject({ planned: waiting.planned, state: 'completed' });
  });

  it('has it cancelled with cancelOther', async () => {
    const job = await smallJob({ cron: '* * * * * * *', overlap: 'cancelOther' });
    const byHand = await bench.client.start(await idleJob(bench, job.job.name));
    const name = await create(job);
    expect((await bench.client.wait(byHand)).state).toBe('cancelled');
    await bench.client.pauseSchedule(name);
    expect((await lastRun(name, ({ ended }) => ended !== undefined)).state).toMatch(/completed|cancelled/);
  });
});

describe('a scheduled run', () => {
  it('that is cancelled by hand is cancelled, and does not count as failed', async () => {
    const idle = await idleJob(bench);
    const job = bench.job({
      ...(idle.document as object),
      schedule: { cron: '* * * * * * *', pauseOnFailure: true },
    } as never);
    const name = await create(job);
    const running = await lastRun(name, ({ state, run }) => state === 'running' && run !== undefined);
    await bench.client.cancel(parseRun(running.run ?? ''));
    // The next one is started: the schedule has not been paused.
    const { runs } = await until(async () => {
      const details = await bench.client.describeSchedule(name);
      return details.last?.run !== undefined && details.last.run !== running.run && details;
    });
    expect(runs.find(({ run }) => run === running.run)).toMatchObject({
      state: 'cancelled',
      reason: 'The run was cancelled.',
    });
    expect(await bench.client.report(parseRun(running.run ?? ''))).toMatchObject({ state: 'cancelled' });
    await bench.client.pauseSchedule(name);
    await bench.client.cancel({ workflowId: name });
    await bench.client.wait({ workflowId: name });
  });

  it('that is terminated leaves a migration that drains and ends', async () => {
    const idle = await idleJob(bench);
    const name = await create(
      bench.job({ ...(idle.document as object), schedule: { cron: NEVER } } as never),
    );
    const { run } = await bench.client.triggerSchedule(name);
    expect(run).toContain(`${name}/`);
    await expect(bench.client.triggerSchedule(name)).rejects.toMatchObject({ code: 'already_running' });
    const { info } = await bench.temporal.schedule.getHandle(name).describe();
    const [{ workflow }] = info.recentActions.map(({ action }) => action);
    await bench.temporal.workflow.getHandle(workflow.workflowId).terminate();
    expect(await bench.client.wait({ workflowId: name })).toMatchObject({ state: 'cancelled' });
  });

  it('that fails pauses the schedule, if that is wished', async () => {
    const job = bench.job({
      source: { type: 'csv', path: 'nothing-${dateformat(yyyy)}.csv' },
      sink: { topic: 'orders' },
      schedule: { cron: '* * * * * * *', pauseOnFailure: true },
    });
    const name = await create(job);
    const last = await lastRun(name, ({ ended }) => ended !== undefined);
    expect(last.state).toBe('failed');
    const { state, note } = await until(async () => {
      const details = await bench.client.describeSchedule(name);
      return details.state === 'paused' && details;
    });
    expect(state).toBe('paused');
    // With the fault that ended the migration.
    expect(note).toMatch(/nothing-\d{4}\.csv/);
    expect(await bench.client.report({ workflowId: name })).toMatchObject({ state: 'failed' });
  });
});

it('a triggered run that fails pauses the schedule as well', async () => {
  const job = bench.job({
    source: { type: 'csv', path: 'nothing.csv' },
    sink: { topic: 'orders' },
    schedule: { cron: NEVER, pauseOnFailure: true },
  });
  const name = await create(job);
  await bench.client.triggerSchedule(name);
  await lastRun(name, ({ state }) => state === 'failed');
  const { note } = await until(async () => {
    const details = await bench.client.describeSchedule(name);
    return details.state === 'paused' && details;
  });
  expect(note).toContain('nothing.csv');
  // Who pauses it once more does not say better why.
  const noteNow = async () => (await bench.client.describeSchedule(name)).note;
  await bench.client.pauseSchedule(name);
  expect(await noteNow()).toBe(note);
  await bench.client.pauseSchedule(name, 'until the file is there');
  expect(await noteNow()).toBe('until the file is there');
  await bench.client.resumeSchedule(name, 'it is');
  await bench.client.resumeSchedule(name);
  expect(await noteNow()).toBe('it is');
});

it('bufferAll runs what was due meanwhile, each for its time', async () => {
  const job = await smallJob({ cron: '* * * * * * *', overlap: 'bufferAll' });
  const byHand = await bench.client.start(await idleJob(bench, job.job.name));
  const name = await create(job);
  await until(async () => (await bench.client.describeSchedule(name)).buffered >= 2);
  await bench.client.cancel(byHand);
  const runs = await until(async () => {
    const { runs } = await bench.client.describeSchedule(name);
    const completed = runs.filter(({ state }) => state === 'completed');
    return completed.length >= 3 && completed.slice(-3).reverse();
  });
  const [first, ...rest] = runs.map(({ planned }) => Date.parse(planned));
  expect(rest).toEqual([first + 1000, first + 2000]);
});

it.each(['migration', 'scheduledMigration'])('%s without input fails, and says why', async (type) => {
  const workflowId = `job-${randomUUID()}`;
  const handle = await bench.temporal.workflow.start(type, {
    workflowId,
    taskQueue: bench.taskQueue,
    args: [],
  });
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'invalid_job' } });
});
