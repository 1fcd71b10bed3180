import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { JobInput } from '../../src/job/schema/job.js';
import type { ResumePoint } from '../../src/workflows/definitions.js';
import { keeping } from '../support/keeping.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');
const { kept, keepingJob, finish } = keeping(bench);

describe('a replay', () => {
  it('sends mended records under the ids that they had, and the reports add up', async () => {
    const topic = await bench.topic();
    const run = await bench.client.start(await keepingJob(topic, 'id,text\n1,a\nx,b\n3,c,d\n'));
    const first = await finish(run);
    const entries = await kept(run);
    const mended = entries.map((entry) => ({ ...entry, raw: entry.raw?.replace('x,', '2,') }));
    const records = await bench.file(
      'mended.ndjson',
      mended.map((entry) => JSON.stringify(entry)).join('\n'),
    );
    const replay = await bench.client.replay(run, { records });
    expect(replay.workflowId).toBe(`${run.workflowId}.replay`);
    const report = await finish(replay);
    expect(report).toMatchObject({
      job: replay.workflowId,
      runId: replay.runId,
      state: 'completed',
      records: { read: 2, written: 1, dirty: 1 },
      replayOf: { run: `${run.workflowId}/${run.runId}`, records: first.records },
    });
    const messages = await readTopic(stack, topic);
    const byId = new Map(messages.map(({ id, body }) => [id, body.toString()]));
    expect(byId.get(entries[0].id)).toBe('{"id":2,"text":"b"}');
    expect(messages).toHaveLength(2);
    expect(await kept(replay)).toMatchObject([{ id: entries[1].id, code: 'too_many_fields', raw: '3,c,d' }]);
  });

  it('takes a job with mended columns, and needs the source no more', async () => {
    const topic = await bench.topic();
    const job = await keepingJob(topic, 'id,text\n1,a\nx-2,"b ""c"""\n');
    const run = await bench.client.start(job);
    await finish(run);
    await bench.file(`${topic}.csv`, 'gone');
    const { source, ...rest } = job.document as JobInput;
    const mended = bench.job({
      ...rest,
      source: { ...source, columns: { id: 'string' } },
      sink: { topic },
    } as never);
    const report = await finish(await bench.client.replay(run, { job: mended }));
    expect(report).toMatchObject({ state: 'completed', records: { read: 1, written: 1 } });
    const bodies = (await readTopic(stack, topic)).map(({ body }) => body.toString());
    expect(bodies.sort()).toEqual(['{"id":"x-2","text":"b \\"c\\""}', '{"id":1,"text":"a"}']);
  });

  it('reads a record again that is kept in part, while its source is what it was', async () => {
    const topic = await bench.topic();
    const long = 'y'.repeat(100_000);
    const content = `id,text\n1,a\n2,${long}\n3,c\n`;
    const source = { type: 'csv', path: '', maxRecordSize: '50 KiB', columns: { id: 'integer' } } as const;
    const path = await bench.file(`${topic}.csv`, content);
    const job = bench.job({
      source: { ...source, path },
      sink: { topic },
      dirty: { mode: 'keep', path: 'dirty' },
    });
    const run = await bench.client.start(job);
    expect(await finish(run)).toMatchObject({ records: { written: 2, dirty: 1 } });
    const [entry] = await kept(run);
    expect(entry).toMatchObject({ code: 'record_too_long', whole: false });
    expect(entry.raw?.length).toBeLessThanOrEqual(64 * 1024);

    const mended = bench.job({
      name: job.job.name,
      source: { ...source, path, maxRecordSize: '1 MiB' },
      sink: { topic },
      dirty: { mode: 'keep', path: 'dirty' },
    });
    const report = await finish(await bench.client.replay(run, { job: mended }));
    expect(report).toMatchObject({ state: 'completed', records: { read: 1, written: 1 } });
    const found = (await readTopic(stack, topic)).find(({ id }) => id === entry.id);
    expect(JSON.parse(String(found?.body))).toEqual({ id: 2, text: long });

    // A replay that does not mend it, and a replay of that, which still knows where it stood.
    const vain = await bench.client.replay(run);
    expect(await finish(vain)).toMatchObject({ records: { read: 1, written: 0, dirty: 1 } });
    expect(await kept(vain)).toMatchObject([{ input: path, position: entry.position, whole: false }]);
    const second = await bench.client.replay(vain, { job: mended });
    expect(await finish(second)).toMatchObject({ state: 'completed', records: { read: 1, written: 1 } });

    // Another content under the same name is not what was dirty.
    await writeFile(path, content.replace('y', 'z'));
    await utimes(path, new Date(), new Date());
    const late = await bench.client.replay(run, { job: mended });
    expect(await finish(late)).toMatchObject({
      state: 'completed',
      records: { read: 1, written: 0, dirty: 1 },
    });
    expect(await kept(late)).toMatchObject([{ id: entry.id, code: 'not_replayable', whole: false }]);
  });

  it.each([
    ['ndjson', '{"id":1}\n{"id":"x","s":"é"}\n', {}],
    ['json', '{"data":[{"id":1},{"id":"x","s":"é"}]}', { recordPath: 'data' }],
  ] as const)('works for %s', async (type, content, fields) => {
    const topic = await bench.topic();
    const path = await bench.file(`${topic}.${type}`, content);
    const job = bench.job({
      source: { type, path, columns: { id: 'integer' }, ...fields } as JobInput['source'],
      sink: { topic },
      dirty: { mode: 'keep', path: 'dirty' },
    });
    const run = await bench.client.start(job);
    expect(await finish(run)).toMatchObject({ records: { written: 1, dirty: 1 } });
    const mended = bench.job({
      name: job.job.name,
      source: { type, path, columns: { id: 'string' }, ...fields } as JobInput['source'],
      sink: { topic },
      dirty: { mode: 'keep', path: 'dirty' },
    });
    expect(await finish(await bench.client.replay(run, { job: mended }))).toMatchObject({
      state: 'completed',
      records: { read: 1, written: 1 },
    });
    const bodies = (await readTopic(stack, topic)).map(({ body }) => body.toString());
    expect(bodies).toContain('{"id":"x","s":"é"}');
  });

  it('says of records that are not there what to mend', async () => {
    const topic = await bench.topic();
    const run = await bench.client.start(await keepingJob(topic, 'id\nx\n'));
    await finish(run);
    const replay = await bench.client.replay(run, { records: join(bench.folder, 'nothing.ndjson') });
    expect(await finish(replay)).toMatchObject({
      state: 'failed',
      error: { code: 'records_unreadable', fault: 'user', mend: expect.stringContaining('--records') },
    });
  });

  it('refuses a run that a retry went on with, and names that: together they add up', async () => {
    const topic = await bench.topic();
    const settings = { errorLimit: { records: 1 } };
    const run = await bench.client.start(await keepingJob(topic, 'id\nx\nx\nx\n1\n', { settings }));
    expect(await finish(run)).toMatchObject({ state: 'failed', records: { dirty: 2 } });
    const again = await bench.client.retry(run, { errorLimit: 3 });
    const report = await finish(again);
    expect(report).toMatchObject({ state: 'completed', records: { read: 4, written: 1, dirty: 3 } });
    await expect(bench.client.replay(run)).rejects.toMatchObject({
      code: 'superseded',
      fault: 'user',
      mend: expect.stringContaining(`${again.workflowId}/${again.runId}`),
    });
    const source = {
      type: 'csv',
      path: join(bench.folder, `${topic}.csv`),
      columns: { id: 'string' },
    } as const;
    const job = await keepingJob(topic, '', { name: run.workflowId, source });
    expect(await finish(await bench.client.replay(again, { job }))).toMatchObject({
      records: { read: 3, written: 3 },
      replayOf: { records: report.records },
    });
    // A run that began anew keeps them in a place of its own.
    const anew = await keepingJob(topic, 'id\nx\n', { name: run.workflowId });
    await finish(await bench.client.start(anew));
    expect(await finish(await bench.client.replay(again, { job }))).toMatchObject({ records: { read: 3 } });
    // The retry is not the latest any more, but there it is.
    await expect(bench.client.replay(run)).rejects.toMatchObject({
      code: 'superseded',
      mend: expect.stringContaining(`${again.workflowId}/${again.runId}`),
    });
  });

  it('refuses a run whose retry no worker has taken yet', async () => {
    const topic = await bench.topic();
    const settings = { errorLimit: { records: 0 } };
    const run = await bench.client.start(await keepingJob(topic, 'id\nx\n', { settings }));
    await finish(run);
    const { workflow } = bench.temporal;
    const point = await workflow.getHandle(run.workflowId).query<ResumePoint>('resumePoint');
    const { input, state } = point;
    const retry = await workflow.start('migration', {
      workflowId: run.workflowId,
      taskQueue: `nobody-${topic}`,
      args: [input, { ...state, dirtyStore: state.validated?.dirtyStore }],
    });
    await expect(bench.client.replay(run)).rejects.toMatchObject({
      code: 'superseded',
      mend: expect.stringContaining(retry.firstExecutionRunId),
    });
    await retry.terminate();
  });

  it('refuses what has no dirty records, or did not keep them', async () => {
    const topic = await bench.topic();
    const clean = await bench.client.start(await keepingJob(topic, 'id\n1\n'));
    await finish(clean);
    await expect(bench.client.replay(clean)).rejects.toMatchObject({ code: 'nothing_kept', fault: 'user' });
    const logging = await keepingJob(topic, 'id\nx\n', { dirty: { mode: 'log', path: undefined } });
    const run = await bench.client.start(logging);
    await finish(run);
    await expect(bench.client.replay(run)).rejects.toMatchObject({ code: 'nothing_kept', fault: 'user' });
  });
});
