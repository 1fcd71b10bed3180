/** Topics for dirty records that can not be used, that are gone for a while, or that hold no longer what was kept in them. */
import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { createTopic, deleteTopic } from '../../src/dev/topics.js';
import {
  type QueueStretch,
  readableStretches,
  requireReadable,
  storedIn,
} from '../../src/rocketmq/read-topic.js';
import { json, useCli } from '../cli/cli.js';
import { CONTENT, keepingInTopic, NO_LIMIT } from '../support/keeping-in-topic.js';
import { useBench } from '../support/migration.js';
import { send } from '../support/send.js';
import { readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const cli = useCli();
const stack = inject('stack');
const { namesrvAddr, brokerAddr } = stack.rocketmq;
const { topicJob, finish, listed, idsIn } = keepingInTopic(bench, cli);

describe('a topic that can not be used is found before anything is sent', () => {
  it.each([
    ['is not there', async () => `none-${randomUUID()}`, {}, 'does not exist', 'or mend dirty.topic'],
    [
      'is for other messages',
      async () => {
        const name = `fifo-${randomUUID()}`;
        await createTopic(stack, name, { type: 'FIFO' });
        return name;
      },
      {},
      'does not take messages of type NORMAL',
      'message.type is NORMAL',
    ],
    [
      'can not be written to',
      async () => {
        const name = `read-${randomUUID()}`;
        await createTopic(stack, name, { perm: 'read' });
        return name;
      },
      {},
      'can be written to',
      'updateTopicPerm',
    ],
    [
      'has brokers that take no message of such a size',
      () => bench.topic(),
      { maxRawBytes: '1 MiB' },
      'take messages of 4194304 bytes at most',
      'Lower dirty.maxRawBytes',
    ],
  ] as const)('one that %s', async (_, prepare, dirty, message, mend) => {
    const [topic, dirtyTopic] = [await bench.topic(), await prepare()];
    const job = await topicJob(topic, dirtyTopic, CONTENT, { dirty: { mode: 'keep', ...dirty } });
    const error = {
      code: 'dirty_store_unusable',
      fault: 'user',
      message: expect.stringContaining(message),
      mend: expect.stringContaining(mend),
    };
    expect(await finish(await bench.client.start(job))).toMatchObject({ state: 'failed', error });
    const checked = await cli.run(['check', await cli.jobFile(job), '--json']);
    expect(checked.code).toBe(1);
    expect(json<{ checks: object[] }>(checked).checks.at(-1)).toMatchObject({ ok: false, error });
    expect(await readTopic(stack, topic)).toEqual([]);
  });

  it('and nothing is stored by looking', async () => {
    const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
    const job = await topicJob(topic, dirtyTopic, CONTENT);
    expect((await cli.run(['check', await cli.jobFile(job)])).code).toBe(0);
    expect(await readTopic(stack, dirtyTopic)).toEqual([]);
  });
});

it('a topic that is missing for a while is waited for, and keeps nobody from pausing the run', async () => {
  const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
  const rows = Array.from({ length: 4000 }, (_, n) => (n % 4 === 3 ? `x${n}` : n));
  const job = await topicJob(topic, dirtyTopic, `id\n${rows.join('\n')}\n`, {
    settings: { ...NO_LIMIT, rate: { records: '500/s' }, batch: { records: 50, inFlight: 2 } },
  });
  const run = await bench.client.start(job);
  await until(async () => (await bench.client.progress(run)).records.written > 500);
  await bench.client.pause(run);
  const before = await idsIn(dirtyTopic);
  await deleteTopic(stack, dirtyTopic);
  await bench.client.resume(run);
  const waitsFor = () =>
    until(async () => {
      const { activities } = await bench.client.progress(run);
      return activities.find(({ heartbeat }) => heartbeat?.waitingFor)?.heartbeat?.waitingFor;
    });
  expect(await waitsFor()).toMatchObject({ code: 'topic_not_found', fault: 'world' });
  await bench.client.pause(run);
  const { records } = await bench.client.report(run);
  // What nobody could keep is behind the watermark.
  expect(records.dirty).toBe(before.length);
  await bench.client.resume(run);
  await waitsFor();
  await createTopic(stack, dirtyTopic);
  expect(await finish(run)).toMatchObject({ state: 'completed', records: { read: 4000, dirty: 1000 } });
  const after = await idsIn(dirtyTopic);
  expect(new Set([...before, ...after]).size).toBe(1000);
  expect(before.length + after.length).toBe(1000);
}, 180_000);

it('a topic that stays away ends the run when it has been waited for long enough, and a retry completes it', async () => {
  const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
  const rows = Array.from({ length: 4000 }, (_, n) => (n % 4 === 3 ? `x${n}` : n));
  const job = await topicJob(topic, dirtyTopic, `id\n${rows.join('\n')}\n`, {
    settings: {
      ...NO_LIMIT,
      retryFor: '5s',
      rate: { records: '1000/s' },
      batch: { records: 50, inFlight: 2 },
    },
  });
  const run = await bench.client.start(job);
  await until(async () => (await bench.client.progress(run)).records.written > 500);
  await bench.client.pause(run);
  const before = await idsIn(dirtyTopic);
  await deleteTopic(stack, dirtyTopic);
  await bench.client.resume(run);
  const failed = await finish(run);
  expect(failed).toMatchObject({
    state: 'failed',
    records: { dirty: before.length },
    error: {
      code: 'dirty_store_failed',
      fault: 'world',
      message: expect.stringContaining(`topic ${dirtyTopic} does not exist`),
      mend: expect.stringMatching(/or mend dirty\.topic[\s\S]*rocketlift retry/),
    },
  });
  await createTopic(stack, dirtyTopic);
  const report = await finish(await bench.client.retry(run));
  expect(report).toMatchObject({ state: 'completed', records: { read: 4000, dirty: 1000 } });
  const after = await idsIn(dirtyTopic);
  expect(new Set([...before, ...after]).size).toBe(1000);
}, 180_000);

describe('entries that are gone', () => {
  it('are passed over where they are looked for', async () => {
    const dirtyTopic = await bench.topic();
    await send(brokerAddr, dirtyTopic, { queue: 3, bodies: ['first', 'second', 'third'] });
    const access = { sink: { namesrvAddr, topic: dirtyTopic } };
    const { signal } = new AbortController();
    const wait = { stage: 'check', timeoutMs: 20_000, signal } as const;
    const stretches = await readableStretches(access, undefined, wait);
    expect(stretches).toMatchObject([{ queue: 3, from: 0, to: 3 }]);
    const bodies = async (stretches: readonly QueueStretch[]) => {
      const found: string[] = [];
      for await (const { body } of storedIn(stretches, access, wait)) found.push(body.toString());
      return found;
    };
    expect(await bodies(stretches)).toEqual(['first', 'second', 'third']);
    // Nothing was stored since then.
    expect(await readableStretches(access, Date.now() + 1000, wait)).toEqual([]);
    await deleteTopic(stack, dirtyTopic);
    await createTopic(stack, dirtyTopic);
    expect(await bodies(stretches)).toEqual([]);
  });

  it('are passed over where a queue can not be read, and others can', async () => {
    const dirtyTopic = await bench.topic();
    await send(brokerAddr, dirtyTopic, { queue: 1, bodies: ['readable'] });
    await send(brokerAddr, dirtyTopic, { queue: 6, bodies: ['not'] });
    await createTopic(stack, dirtyTopic, { readable: 4 });
    const access = { sink: { namesrvAddr, topic: dirtyTopic } };
    const { signal } = new AbortController();
    const wait = { stage: 'check', timeoutMs: 20_000, signal } as const;
    const stretches = () => readableStretches(access, undefined, wait);
    expect(await until(async () => (await stretches()).length === 1 && (await stretches()))).toMatchObject([
      { queue: 1, from: 0, to: 1 },
    ]);
    await requireReadable(access, wait);
    await createTopic(stack, dirtyTopic);
    expect(await until(async () => (await stretches()).length === 2)).toBe(true);
  });

  it('are missed, and it is said how many', async () => {
    const [topic, dirtyTopic] = [await bench.topic(), await bench.topic()];
    const run = await bench.client.start(await topicJob(topic, dirtyTopic, CONTENT));
    await finish(run);
    const kept = await readTopic(stack, dirtyTopic);
    await deleteTopic(stack, dirtyTopic);
    await createTopic(stack, dirtyTopic);
    expect(await listed(run.workflowId)).toMatchObject({ total: 0, missing: 2 });
    const text = await cli.run(['dirty', 'list', run.workflowId]);
    expect(text.stdout).toContain('2 of the dirty records of');
    expect(await finish(await bench.client.replay(run))).toMatchObject({
      state: 'failed',
      error: { code: 'nothing_kept', fault: 'user' },
    });
    expect(await cli.run(['dirty', 'show', run.workflowId, kept[0].id])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('are not found in topic'),
    });
    // One of them is there again.
    const [{ body, properties, id }] = kept;
    const { KEYS, rocketliftRun, rocketliftId } = properties;
    await send(brokerAddr, dirtyTopic, {
      bodies: [body.toString()],
      properties: { KEYS, rocketliftRun, rocketliftId },
    });
    expect(await listed(run.workflowId)).toMatchObject({ total: 1, missing: 1, records: [{ id }] });
    const replayed = await finish(await bench.client.replay(run));
    expect(replayed).toMatchObject({ state: 'completed', records: { read: 1, dirty: 1 } });
    expect(replayed.warnings).toContainEqual(expect.stringMatching(/^1 of the dirty records of .* in topic/));
  });
});
