import { afterEach, describe, expect, it } from 'vitest';
import { useBench } from '../support/migration.js';

const bench = useBench({ worker: false });

const NAME = 'updated-job';

const job = (over: object = {}, schedule: object = {}) =>
  bench.job({
    name: NAME,
    source: { type: 'csv', path: 'a-${dateformat(yyyy)}.csv' },
    sink: { topic: 'orders' },
    schedule: { cron: ['0 2 * * *', '@every 1h30m'], overlap: 'bufferOne', ...schedule },
    ...over,
  });

afterEach(() => bench.client.deleteSchedule(NAME));

describe('an update', () => {
  it('finds nothing to change where the job is the same', async () => {
    await bench.client.createSchedule(job());
    expect(await bench.client.updateSchedule(job())).toEqual([]);
  });

  it('tells the difference before it applies it, and keeps that the schedule is paused', async () => {
    await bench.client.createSchedule(job());
    await bench.client.pauseSchedule(NAME, 'stock-taking');
    const changed = job(
      { source: { type: 'csv', path: 'b.csv' }, transform: [{ drop: ['note'] }] },
      { cron: '30 3 * * *', timezone: 'Asia/Shanghai', overlap: undefined, jitter: '1m', catchUp: '2h' },
    );
    const changes = [
      {
        path: 'source.path',
        before: `${bench.folder}/a-\${dateformat(yyyy)}.csv`,
        after: `${bench.folder}/b.csv`,
      },
      { path: 'schedule.cron', before: ['0 2 * * *', '@every 1h30m'], after: '30 3 * * *' },
      { path: 'schedule.overlap', before: 'bufferOne' },
      { path: 'schedule.timezone', after: 'Asia/Shanghai' },
      { path: 'schedule.jitter', after: '1m' },
      { path: 'schedule.catchUp', after: '2h' },
      { path: 'transform', after: [{ drop: ['note'] }] },
      { path: '(taskQueue)', before: bench.taskQueue, after: 'other' },
    ];
    const told: unknown[] = [];
    const onDifference = (difference: unknown) => told.push(difference);
    const dry = await bench.client.updateSchedule(changed, {
      dryRun: true,
      taskQueue: 'other',
      onDifference,
    });
    expect(dry).toEqual(expect.arrayContaining(changes));
    expect(dry).toHaveLength(changes.length);
    expect(told).toEqual([dry]);
    expect((await bench.client.describeSchedule(NAME)).document).toEqual(job().document);

    expect(await bench.client.updateSchedule(changed, { taskQueue: 'other' })).toEqual(dry);
    expect(await bench.client.describeSchedule(NAME)).toMatchObject({
      state: 'paused',
      note: 'stock-taking',
      document: changed.document,
      taskQueue: 'other',
      schedule: {
        cron: '30 3 * * *',
        timezone: 'Asia/Shanghai',
        overlap: 'skip',
        jitter: 60_000,
        catchUp: 7_200_000,
        pauseOnFailure: false,
      },
    });
    expect(await bench.client.updateSchedule(changed)).toEqual([]);
  });

  it('finds what somebody changed in Temporal', async () => {
    await bench.client.createSchedule(job());
    await bench.temporal.schedule.getHandle(NAME).update(({ action, state }) => ({
      spec: { cronExpressions: ['5 5 * * *'], endAt: new Date('2100-01-01') },
      policies: { overlap: 'CANCEL_OTHER', catchupWindow: '1h' },
      action,
      state,
    }));
    expect(await bench.client.updateSchedule(job())).toEqual([
      { path: 'schedule.cron', before: '(changed in Temporal)', after: ['0 2 * * *', '@every 1h30m'] },
      { path: 'schedule.overlap', before: 'cancelOther', after: 'bufferOne' },
      { path: '(endAt)', before: '2100-01-01T00:00:00.000Z' },
    ]);
    expect((await bench.client.describeSchedule(NAME)).schedule).toMatchObject({
      cron: ['0 2 * * *', '@every 5400s'],
      overlap: 'bufferOne',
    });
  });

  it('finds another interval, and none where only spaces differ', async () => {
    const spaced = job({}, { cron: [' 0 2 * * * ', '@every 1h30m'] });
    await bench.client.createSchedule(spaced);
    expect(await bench.client.updateSchedule(spaced)).toEqual([]);
    const handle = bench.temporal.schedule.getHandle(NAME);
    await handle.update(({ action, state, policies, spec }) => ({
      spec: { calendars: spec.calendars, intervals: [{ every: '2h' }] },
      policies,
      action,
      state,
    }));
    expect(await bench.client.updateSchedule(spaced, { dryRun: true })).toContainEqual({
      path: 'schedule.cron[1]',
      before: '@every 7200s',
      after: '@every 1h30m',
    });
  });
});
