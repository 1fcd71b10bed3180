/** Dirty records that are kept in a topic: what brokers hold of them, and what is read of that. */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { MigrationClient } from '../../src/client/migration-client.js';
import { createTopic } from '../../src/dev/topics.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { useCli } from '../cli/cli.js';
import { halfWay, ROWS } from '../support/half-way.js';
import { CONTENT, keepingInTopic, NO_LIMIT } from '../support/keeping-in-topic.js';
import { useBench } from '../support/migration.js';
import { send } from '../support/send.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';
import { startWorkerProcess } from '../support/worker-process.js';

const bench = useBench();
const cli = useCli();
const stack = inject('stack');
const { namesrvAddr, brokerAddr } = stack.rocketmq;
const { topicJob, finish, listed, idsIn } = keepingInTopic(bench, cli);

describe('dirty records that are kept in a topic', () => {
  it.each([
    ['the name server', 'nameserver', {}],
    ['the proxy', 'proxy', {}],
    ['the name server, in a namespace', 'nameserver', { namespace: 'MQ_INST_dirty', createTopic: {} }],
  ] as const)('are messages that operators find, over %s', async (_, transport, more) => {
    const [topic, name] = [await bench.topic(), `dirty-${randomUUID()}`];
    const dirtyTopic = 'namespace' in more ? `${more.namespace}%${name}` : name;
    await createTopic(stack, dirtyTopic);
    const job = await topicJob(topic, name, CONTENT, {
      sink: {
        ...more,
        topic,
        namesrvAddr,
        transport,
        tag: 'orders-${text}',
        ...(transport === 'proxy' && { endpoints: stack.rocketmq.endpoints }),
      },
    });
    const run = await bench.client.start(job);
    const runName = `${run.workflowId}/${run.runId}`;
    const report = await finish(run);
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 3, written: 1, dirty: 2 },
      dirtyStore: `topic:${dirtyTopic}#${runName}`,
    });
    const messages = await readTopic(stack, dirtyTopic);
    const bodies = messages.map(({ body }) => JSON.parse(body.toString()));
    bodies.sort((a, b) => a.position - b.position);
    expect(bodies).toMatchObject([
      { run: runName, code: 'not_integer', raw: 'x,"b ""c"""', whole: true, columns: ['id', 'text'] },
      { run: runName, code: 'too_many_fields', raw: '3,c,d', whole: true, columns: ['id', 'text'] },
    ]);
    for (const { keys, tag, properties, id, body } of messages) {
      const entry = JSON.parse(body.toString());
      expect(entry.id).toBe(id);
      expect([...keys].sort()).toEqual([id, runName].sort());
      expect(tag).toBe(entry.code);
      expect(properties.rocketliftRun).toBe(runName);
    }
    expect((await listed(run.workflowId)).records.map(({ id }) => id)).toEqual(bodies.map(({ id }) => id));
  });

  it('are listed, shown, exported, mended and replayed; those of other runs are left alone', async () => {
    const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
    const job = await topicJob(topic, dirtyTopic, CONTENT);
    const run = await bench.client.start(job);
    await finish(run);
    // A second run has the same records under the same ids, and anybody may write there.
    await finish(await bench.client.start(job));
    await send(brokerAddr, dirtyTopic, { queue: 0, bodies: ['{"id":"of another"}', 'no JSON'] });
    expect(await countTopic(stack, dirtyTopic)).toBe(6);

    const name = `${run.workflowId}/${run.runId}`;
    const list = await listed(name);
    expect(list).toMatchObject({ total: 2, byCode: { not_integer: 1, too_many_fields: 1 } });
    expect(list).not.toHaveProperty('missing');
    expect(list.records.every((entry) => entry.run === name && !('columns' in entry))).toBe(true);
    // Those of one millisecond stand in the order of their queues.
    const [first] = list.records.filter(({ code }) => code === 'not_integer');
    const shown = await cli.run(['dirty', 'show', name, first.id]);
    expect(shown.stdout).toMatch(/not_integer[\s\S]*\n\nx,"b ""c"""\n$/);

    const to = join(bench.folder, `${topic}.ndjson`);
    const exported = await cli.run(['dirty', 'export', name, '--to', to]);
    expect(exported.stdout).toContain('Wrote 2 dirty records');
    await writeFile(to, (await readFile(to, 'utf8')).replace('"raw":"x,', '"raw":"2,'));
    const replay = await bench.client.replay(run, { records: to });
    expect(await finish(replay)).toMatchObject({
      state: 'completed',
      records: { read: 2, written: 1, dirty: 1 },
      dirtyStore: `topic:${dirtyTopic}#${replay.workflowId}/${replay.runId}`,
    });
    const bodies = (await readTopic(stack, topic)).map(({ body }) => body.toString());
    expect(bodies).toContain('{"id":2,"text":"b \\"c\\""}');
    expect((await listed(replay.workflowId)).records).toMatchObject([{ code: 'too_many_fields' }]);
  });

  it('are replayed from the topic with a job that was mended, when the source is gone', async () => {
    const [topic, dirtyTopic, other] = [await bench.topic(), await bench.topic(), await bench.topic()];
    const job = await topicJob(topic, dirtyTopic, CONTENT);
    const run = await bench.client.start(job);
    await finish(run);
    await bench.file(`${topic}.csv`, 'gone');
    const { source, ...rest } = job.document as JobInput;
    const mended = bench.job({
      ...rest,
      source: { ...source, columns: { id: 'string' } },
      dirty: { mode: 'keep', topic: other },
    } as never);
    const replay = await bench.client.replay(run, { job: mended });
    expect(await finish(replay)).toMatchObject({
      state: 'completed',
      records: { read: 2, written: 1, dirty: 1 },
      dirtyStore: expect.stringMatching(`^topic:${other}#`),
    });
    const bodies = (await readTopic(stack, topic)).map(({ body }) => body.toString());
    expect(bodies.sort()).toEqual(['{"id":"x","text":"b \\"c\\""}', '{"id":1,"text":"a"}']);
    expect(await idsIn(other)).toHaveLength(1);
  });

  it('are read in the order in which they were stored, by many requests', async () => {
    const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
    const rows = Array.from({ length: 20_000 }, (_, n) => (n % 4 === 3 ? `x${n},dirty` : `${n},clean`));
    const job = await topicJob(topic, dirtyTopic, `id,text\n${rows.join('\n')}\n`, { settings: NO_LIMIT });
    const run = await bench.client.start(job);
    expect(await finish(run)).toMatchObject({ state: 'completed', records: { dirty: 5000 } });
    const stored = await idsIn(dirtyTopic);
    expect(stored).toHaveLength(5000);
    const { total, records } = await listed(run.workflowId);
    expect(total).toBe(5000);
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(stored));
    // A replay that goes on counts on it.
    expect((await listed(run.workflowId)).records).toEqual(records);
    const report = await finish(await bench.client.replay(run));
    expect(report).toMatchObject({ state: 'completed', records: { read: 5000, dirty: 5000 } });
    expect(report.warnings).toEqual(['Not one record that was read could be written.']);
  }, 120_000);
});

describe('what was sent and is not behind a watermark', () => {
  const rows = Array.from({ length: ROWS * 2 }, (_, n) => (n % 2 === 1 ? `x${n},dirty` : `${n},clean`));

  it('is told apart by its id after a worker was killed', async (context) => {
    const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
    const job = await topicJob(topic, dirtyTopic, `id,text\n${rows.join('\n')}\n`, {
      settings: {
        partitionSize: '128 KiB',
        parallelism: 2,
        batch: { records: 10, inFlight: 2 },
        ...NO_LIMIT,
      },
    });
    const { run, client, worker, startWorker } = await halfWay(job, context);
    await worker.end('SIGKILL');
    await startWorker();
    const report = await client.wait(run);
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 2 * ROWS, written: ROWS, dirty: ROWS },
    });
    const stored = await idsIn(dirtyTopic);
    expect(new Set(stored).size).toBe(ROWS);
    const { total, records, missing } = await listed(run.workflowId);
    expect([total, missing]).toEqual([ROWS, undefined]);
    expect(records.map(({ id }) => id).sort()).toEqual([...new Set(stored)].sort());
  }, 180_000);

  it('and a replay of it goes on where it was when its worker is killed', async (context) => {
    const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
    const job = await topicJob(topic, dirtyTopic, `id,text\n${rows.join('\n')}\n`, { settings: NO_LIMIT });
    const run = await bench.client.start(job);
    expect(await finish(run)).toMatchObject({ state: 'completed', records: { dirty: ROWS } });
    const { source, ...rest } = job.document as JobInput;
    const mended = bench.job({
      ...rest,
      source: { ...source, columns: { id: 'string' } },
      settings: { batch: { records: 10, inFlight: 2 } },
    } as never);
    const taskQueue = `test-${randomUUID()}`;
    const client = await MigrationClient.connect({ taskQueue });
    context.onTestFinished(() => client.close());
    const startWorker = async () => {
      const worker = await startWorkerProcess(taskQueue);
      context.onTestFinished(() => worker.end('SIGKILL'));
      return worker;
    };
    const worker = await startWorker();
    const replay = await client.replay(run, { job: mended });
    await until(async () => (await client.progress(replay)).records.written > ROWS / 10);
    await worker.end('SIGKILL');
    await startWorker();
    const report = await client.wait(replay);
    expect(report).toMatchObject({ state: 'completed', records: { read: ROWS, written: ROWS, dirty: 0 } });
    const messages = await readTopic(stack, topic);
    const ids = new Set(messages.map(({ body }) => JSON.parse(body.toString()).id));
    expect(ids.size).toBe(2 * ROWS);
    // By the name server nothing is repeated.
    expect(messages).toHaveLength(2 * ROWS);
  }, 180_000);

  it('is gone on behind by a retry', async () => {
    const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
    const content = `id\n${Array.from({ length: 400 }, (_, n) => (n % 10 === 3 ? 'x' : n)).join('\n')}\n`;
    const settings = { errorLimit: { records: 5 } };
    const run = await bench.client.start(await topicJob(topic, dirtyTopic, content, { settings }));
    const failed = await finish(run);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'error_limit' }, records: { dirty: 6 } });
    const again = await bench.client.retry(run, { errorLimit: 100 });
    const report = await finish(again);
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 400, written: 360, dirty: 40 },
      dirtyStore: failed.dirtyStore,
    });
    expect(new Set(await idsIn(dirtyTopic)).size).toBe(40);
    expect((await listed(again.workflowId)).total).toBe(40);
  });
});
