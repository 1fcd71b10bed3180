import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { RunRef } from '../../src/client/run-ref.js';
import { entryFiles } from '../../src/dirty/folder/reader.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { keeping } from '../support/keeping.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const stack = inject('stack');
const { kept, keepingJob, finish } = keeping(bench);

const idsIn = async (topic: string) =>
  (await readTopic(stack, topic))
    .map(({ body }) => Number(JSON.parse(body.toString()).id))
    .sort((a, b) => a - b);

describe('dirty records that are kept', () => {
  it('hold what is wrong with each, where it stands, and its bytes as they are', async () => {
    const topic = await bench.topic();
    const rows = ['1,a', 'x,b', '3,c,d', '4,"e', '5,f'];
    const content = `id,text\n${rows.join('\n')}\n`;
    const run = await bench.client.start(await keepingJob(topic, content));
    const report = await finish(run);
    expect(report).toMatchObject({ state: 'completed', records: { read: 5, written: 2, dirty: 3 } });
    expect(report.dirtyStore).toBe(join(bench.folder, 'dirty', run.workflowId, run.runId));
    const entries = await kept(run);
    const path = join(bench.folder, `${topic}.csv`);
    expect(entries).toMatchObject([
      { stage: 'convert', code: 'not_integer', position: 12, raw: 'x,b', bytes: 3, whole: true },
      { stage: 'parse', code: 'too_many_fields', position: 16, raw: '3,c,d', bytes: 5, whole: true },
      { stage: 'parse', position: 22, raw: '4,"e', whole: true },
    ]);
    for (const entry of entries) {
      expect(entry).toMatchObject({
        run: `${run.workflowId}/${run.runId}`,
        input: path,
        partition: 0,
        place: `${topic}.csv byte ${entry.position}`,
        message: expect.stringMatching(/./),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      });
      expect(entry.id).toMatch(new RegExp(`^[\\w-]{12}-${entry.position}$`));
      expect(content.slice(Number(entry.position))).toMatch(new RegExp(`^${entry.raw?.slice(0, 3)}`));
    }
    // Another run of the same file finds the same ids.
    const again = await bench.client.start(await keepingJob(topic, content, { name: run.workflowId }));
    await finish(again);
    expect((await kept(again)).map(({ position }) => position)).toEqual(
      entries.map(({ position }) => position),
    );
  });

  it('hold bytes that are no text as well, in the encoding they have', async () => {
    const topic = await bench.topic();
    const bytes = Buffer.concat([
      Buffer.from('id,text\n1,'),
      Buffer.from([0xd6, 0xd0]),
      Buffer.from(',x\n2,b\n'),
    ]);
    const path = await bench.file(`${topic}.csv`, bytes);
    const job = bench.job({
      source: { type: 'csv', path, encoding: 'gb18030' },
      sink: { topic },
      dirty: { mode: 'keep', path: 'dirty' },
    });
    const run = await bench.client.start(job);
    await finish(run);
    const [entry] = await kept(run);
    expect(entry).toMatchObject({ encoding: 'gb18030', bytes: 6, whole: true });
    expect(Buffer.from(entry.rawBase64 ?? '', 'base64')).toEqual(bytes.subarray(8, 14));
    // Its bytes stay what they are when it is replayed in vain.
    const replay = await bench.client.replay(run);
    await finish(replay);
    expect(await kept(replay)).toMatchObject([
      { encoding: 'gb18030', rawBase64: entry.rawBase64, input: path },
    ]);
  });

  it('are found before anything is sent if their folder can not be used', async () => {
    const topic = await bench.topic();
    await bench.file('not-a-folder', '');
    const dirty = { mode: 'keep', path: 'not-a-folder/dirty' } as const;
    const run = await bench.client.start(await keepingJob(topic, 'id\n1\n', { dirty }));
    expect(await finish(run)).toMatchObject({
      state: 'failed',
      error: {
        code: 'dirty_store_unusable',
        fault: 'user',
        message: expect.stringContaining('not-a-folder'),
      },
    });
    expect(await readTopic(stack, topic)).toEqual([]);
  });

  it('are in the counts of partitions that are launched again, and kept once', async () => {
    const topic = await bench.topic();
    const rows = Array.from({ length: 20_000 }, (_, n) => (n % 100 === 7 ? `x${n},dirty` : `${n},clean`));
    const job = await keepingJob(topic, `id,text\n${rows.join('\n')}\n`, {
      settings: {
        parallelism: 2,
        partitionSize: '100 KiB',
        batch: { records: 50, inFlight: 2 },
        rate: { records: '10000/s' },
        errorLimit: { records: 1000 },
      },
    });
    const run = await bench.client.start(job);
    for (const part of [0.1, 0.3, 0.5]) {
      await until(async () => (await bench.client.progress(run)).records.read > rows.length * part);
      await bench.client.pause(run);
      const { records } = await bench.client.report(run);
      expect(await kept(run)).toHaveLength(records.dirty);
      await bench.client.resume(run);
    }
    expect(await finish(run)).toMatchObject({
      state: 'completed',
      records: { read: 20_000, written: 19_800, dirty: 200 },
      duplicatesAtMost: 0,
    });
    const entries = await kept(run);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(200);
    expect(entries.map(({ raw }) => raw).sort()).toEqual(rows.filter((row) => row.startsWith('x')).sort());
  }, 120_000);
});

describe('with mode fail', () => {
  it('the first dirty record ends the run, and the report says which', async () => {
    const topic = await bench.topic();
    const job = await keepingJob(topic, 'id\n1\nx\n3\ny\nz\n', { dirty: { mode: 'fail', path: undefined } });
    const run = await bench.client.start(job);
    expect(await finish(run)).toMatchObject({
      state: 'failed',
      records: { read: 2, written: 1, dirty: 1 },
      error: {
        code: 'dirty_record',
        fault: 'record',
        message: expect.stringContaining(`${topic}.csv byte 5`),
      },
    });
    // As it says itself: a retry goes on behind that record, where as many are allowed.
    const again = await bench.client.retry(run, { errorLimit: 2 });
    expect(await finish(again)).toMatchObject({
      state: 'failed',
      records: { read: 5, written: 2, dirty: 3 },
      error: { code: 'dirty_record', message: expect.stringContaining(`${topic}.csv byte 11`) },
    });
    expect(await finish(await bench.client.retry(again))).toMatchObject({ error: { code: 'error_limit' } });
  });
});

describe('a run with more dirty records than it may have', () => {
  const content = `id\n${Array.from({ length: 400 }, (_, n) => (n % 10 === 3 ? 'x' : n)).join('\n')}\n`;

  it.each([
    ['continue', {}, 'completed'],
    ['raise', { records: 1000 }, 'completed'],
    ['abort', {}, 'failed'],
  ] as const)('is held, and goes by the decision: %s', async (decision, more, state) => {
    const topic = await bench.topic();
    const settings = { errorLimit: { records: 5, onBreach: 'hold' as const } };
    const run = await bench.client.start(await keepingJob(topic, content, { settings }));
    const held = await until(async () => {
      const progress = await bench.client.progress(run);
      return progress.held && progress;
    });
    expect(held).toMatchObject({ phase: 'held', held: { code: 'error_limit' }, activities: [] });
    expect(held.held?.message).toContain('the limit is passed by 1');
    const details = await bench.temporal.workflow
      .getHandle(run.workflowId)
      .query('__temporal_workflow_metadata');
    expect(JSON.stringify(details)).toContain('Held: nothing is sent until somebody decides');
    await expect(bench.client.decide(run, { decision: 'raise' })).rejects.toMatchObject({
      code: 'invalid_decision',
    });
    await bench.client.decide(run, { decision, ...more }, { by: 'Ann' });
    const report = await finish(run);
    expect(report.state).toBe(state);
    expect(report.changes).toMatchObject([{ what: expect.stringContaining('held') }, { by: 'Ann' }]);
    if (state === 'completed') expect(report.records).toMatchObject({ read: 400, written: 360, dirty: 40 });
    else expect(report.error).toMatchObject({ code: 'error_limit' });
    expect(await kept(run)).toHaveLength(report.records.dirty);
  });

  it('fails at its limit otherwise, and goes on with a higher one by a retry', async () => {
    const topic = await bench.topic();
    const settings = { errorLimit: { records: 5 } };
    const run = await bench.client.start(await keepingJob(topic, content, { settings }));
    const failed = await finish(run);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'error_limit' }, records: { dirty: 6 } });
    expect(await idsIn(topic)).toHaveLength(failed.records.written);
    const again = await bench.client.retry(run, { errorLimit: 100 });
    const report = await finish(again);
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 400, written: 360, dirty: 40 },
      duplicatesAtMost: 0,
      dirtyStore: failed.dirtyStore,
    });
    expect(await idsIn(topic)).toHaveLength(360);
    expect(await kept(again)).toHaveLength(40);
  });

  it.each(['fail', 'hold'] as const)(
    'does not complete by a retry under the same limit: %s',
    async (onBreach) => {
      const topic = await bench.topic();
      // Each partition keeps within the limit; both, which are written at once, are beyond it, and nothing is left to write.
      const rows = 'id\n1\nx\nx\nx\nx\n2\n';
      await bench.file(`${topic}-2.csv`, rows);
      const job = await keepingJob(`${topic}-1`, rows, {
        source: { type: 'csv', path: join(bench.folder, `${topic}-*.csv`) },
        sink: { topic } as JobInput['sink'],
        settings: { parallelism: 2, errorLimit: { records: 5, onBreach } },
      });
      const held = async (run: RunRef) => until(async () => (await bench.client.progress(run)).held);
      const run = await bench.client.start(job);
      if (onBreach === 'hold') {
        await held(run);
        await bench.client.cancel(run);
      }
      const ended = { fail: 'failed', hold: 'cancelled' }[onBreach];
      const all = { read: 12, written: 4, dirty: 8, filtered: 0 };
      expect(await finish(run)).toMatchObject({ state: ended, records: all, partitions: 2 });

      const again = await bench.client.retry(run);
      if (onBreach === 'hold') {
        expect(await held(again)).toMatchObject({ code: 'error_limit' });
        await bench.client.decide(again, { decision: 'abort' });
      }
      expect(await finish(again)).toMatchObject({
        state: 'failed',
        records: all,
        error: { code: 'error_limit', mend: expect.stringContaining('retry --error-limit') },
      });

      const raised = await bench.client.retry(again, { errorLimit: 8 });
      expect(await finish(raised)).toMatchObject({ state: 'completed', records: all });
    },
  );
});

it('a store that is cut off behind the back of a run ends the run that goes on with it', async () => {
  const topic = await bench.topic();
  const content = `id\n${Array.from({ length: 400 }, (_, n) => (n % 10 === 3 ? 'x' : n)).join('\n')}\n`;
  const settings = { errorLimit: { records: 5 } };
  const run = await bench.client.start(await keepingJob(topic, content, { settings }));
  const { dirtyStore = '' } = await finish(run);
  const [file] = await entryFiles(dirtyStore);
  await mkdir(dirtyStore, { recursive: true });
  await writeFile(file, (await readFile(file)).subarray(0, 20));
  const report = await finish(await bench.client.retry(run, { errorLimit: 100 }));
  expect(report).toMatchObject({ state: 'failed', error: { code: 'dirty_store_changed', fault: 'user' } });
});
