import { afterEach, describe, expect, inject, it } from 'vitest';
import type { LoadedJob } from '../../src/job/parse.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { idleJob } from './jobs.js';

const bench = useBench();
const stack = inject('stack');

const created = new Set<string>();
afterEach(async () => {
  for (const job of created) await bench.client.deleteSchedule(job);
  created.clear();
});

async function create({ job, document, paths }: LoadedJob): Promise<string> {
  await bench.client.createSchedule({ job, document, paths });
  created.add(job.name);
  return job.name;
}

/** A job over a file for each day, which starts at 2 in the morning in Shanghai and takes the day before. */
async function dailyJob(topic: string, schedule: object = {}): Promise<LoadedJob> {
  for (const day of [1, 2, 3]) {
    await bench.file(`2026-01-0${day}.csv`, `id,of\n1,${day}\n2,${day}\n`);
  }
  return bench.job({
    source: { type: 'csv', path: '${dateformat(yyyy-MM-dd,-1,DAY)}.csv' },
    sink: { topic },
    transform: [{ constant: { due: '${dateformat(yyyyMMdd HH:mm)}' } }],
    schedule: { cron: '0 2 * * *', timezone: 'Asia/Shanghai', ...schedule },
  });
}

const shanghai = (text: string) => new Date(`${text}:00+08:00`);

/** The runs of a schedule once `count` of them have ended, the first one first. */
async function ended(job: string, count: number) {
  return await until(async () => {
    const { runs, buffered } = await bench.client.describeSchedule(job);
    return buffered === 0 && runs.length === count && runs.every((run) => run.ended) && [...runs].reverse();
  });
}

describe('a backfill', () => {
  it('runs its times one after another, each with the path and the constants of its time', async () => {
    const topic = await bench.topic();
    const name = await create(await dailyJob(topic));
    const times = await bench.client.backfillSchedule(
      name,
      shanghai('2026-01-02T02:00'),
      shanghai('2026-01-04T02:00'),
    );
    const planned = ['2026-01-01T18:00:00.000Z', '2026-01-02T18:00:00.000Z', '2026-01-03T18:00:00.000Z'];
    expect(times).toEqual(planned);
    const runs = await ended(name, 3);
    expect(runs.map((run) => run.planned)).toEqual(planned);
    for (const [i, { state, started }] of runs.entries()) {
      expect(state).toBe('completed');
      if (i > 0) expect(Date.parse(started)).toBeGreaterThanOrEqual(Date.parse(runs[i - 1].ended ?? ''));
    }
    const bodies = (await readTopic(stack, topic)).map(({ body }) => body.toString()).sort();
    const rows = [1, 2].flatMap((id) =>
      [1, 2, 3].map((day) => `{"id":"${id}","of":"${day}","due":"2026010${day + 1} 02:00"}`),
    );
    expect(bodies).toEqual(rows.sort());
  });

  it('has the time at its end too where jitter would carry that further', async () => {
    const name = await create(await dailyJob(await bench.topic(), { jitter: '30m' }));
    await bench.client.pauseSchedule(name);
    const times = await bench.client.backfillSchedule(
      name,
      shanghai('2026-01-02T02:00'),
      shanghai('2026-01-04T02:00'),
    );
    expect(times.map((time) => time.slice(0, 10))).toEqual(['2026-01-01', '2026-01-02', '2026-01-03']);
    const runs = await ended(name, 3);
    expect(runs.map(({ planned, state }) => `${planned} ${state}`)).toEqual([
      '2026-01-01T18:00:00.000Z completed',
      '2026-01-02T18:00:00.000Z completed',
      '2026-01-03T18:00:00.000Z completed',
    ]);
  });

  it('has no time before its start, which is past one that was due by a second', async () => {
    const name = await create(await dailyJob(await bench.topic(), { cron: '* * * * *' }));
    await bench.client.pauseSchedule(name);
    const from = new Date('2026-01-02T02:00:01+08:00');
    const times = await bench.client.backfillSchedule(name, from, shanghai('2026-01-02T02:02'));
    expect(times).toEqual(['2026-01-01T18:01:00.000Z', '2026-01-01T18:02:00.000Z']);
    expect((await ended(name, 2)).map(({ planned }) => planned)).toEqual(times);
  });

  it('goes on after a run that failed, though that pauses the schedule', async () => {
    const job = await dailyJob(await bench.topic(), { pauseOnFailure: true });
    const name = await create(job);
    // There is no file of 31 December.
    await bench.client.backfillSchedule(name, shanghai('2026-01-01T00:00'), shanghai('2026-01-03T12:00'));
    expect((await ended(name, 3)).map(({ state }) => state)).toEqual(['failed', 'completed', 'completed']);
    const { state, note } = await until(async () => {
      const details = await bench.client.describeSchedule(name);
      return details.state === 'paused' && details;
    });
    expect(state).toBe('paused');
    expect(note).toContain('2025-12-31.csv');
  });

  it('waits for a run that was started by hand, though due runs would be skipped', async () => {
    const job = await dailyJob(await bench.topic(), { overlap: 'skip' });
    const byHand = await bench.client.start(await idleJob(bench, job.job.name));
    const name = await create(job);
    await bench.client.backfillSchedule(name, shanghai('2026-01-02T00:00'), shanghai('2026-01-03T12:00'));
    await until(async () => (await bench.client.describeSchedule(name)).last?.state === 'waiting');
    await bench.client.cancel(byHand);
    await bench.client.wait(byHand);
    expect((await ended(name, 2)).map(({ state }) => state)).toEqual(['completed', 'completed']);
  });

  it('is refused where nothing is due, and where its end is not past', async () => {
    const name = await create(await dailyJob('orders'));
    await expect(
      bench.client.backfillSchedule(name, shanghai('2026-01-02T03:00'), shanghai('2026-01-02T04:00')),
    ).rejects.toMatchObject({ code: 'nothing_to_backfill', fault: 'user' });
    await expect(
      bench.client.backfillSchedule(name, shanghai('2026-01-03T03:00'), shanghai('2026-01-01T04:00')),
    ).rejects.toMatchObject({ code: 'invalid_backfill', mend: expect.stringContaining('--from') });
    await expect(
      bench.client.backfillSchedule(name, shanghai('2026-01-02T03:00'), new Date()),
    ).rejects.toMatchObject({ code: 'invalid_backfill', fault: 'user' });
  });

  it('is refused where too much is due, and where due runs would cancel it', async () => {
    const often = await create(await dailyJob('orders', { cron: '* * * * *' }));
    await expect(
      bench.client.backfillSchedule(often, shanghai('2025-01-01T00:00'), shanghai('2026-01-01T00:00')),
    ).rejects.toMatchObject({
      code: 'invalid_backfill',
      message: expect.stringContaining('more than 10,000'),
    });
    const cancelling = await create(await dailyJob('orders', { overlap: 'cancelOther' }));
    await expect(
      bench.client.backfillSchedule(cancelling, shanghai('2026-01-02T00:00'), shanghai('2026-01-03T00:00')),
    ).rejects.toMatchObject({ code: 'invalid_backfill', mend: expect.stringContaining('schedule pause') });
  });
});
