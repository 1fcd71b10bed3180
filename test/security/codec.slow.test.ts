/** Runs whose payloads are encrypted: what Temporal holds, and who can read it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { MigrationClient } from '../../src/client/migration-client.js';
import { type CodecServer, startCodecServer } from '../../src/codec/server.js';
import { startWorker } from '../../src/worker/worker.js';
import { useBench } from '../support/migration.js';
import { until } from '../support/until.js';
import { heldByTemporal } from './held.js';

const newKey = () => randomBytes(32).toString('base64');
const KEY = newKey();
process.env.ROCKETLIFT_CODEC_KEY = KEY;

const bench = useBench();
const stack = inject('stack');
const ORIGIN = stack.temporal.ui;

/** A client, a worker or a codec server with other keys than the rest of the test. */
async function withKeys<T>(key: string, old: string, start: () => Promise<T>): Promise<T> {
  Object.assign(process.env, { ROCKETLIFT_CODEC_KEY: key, ROCKETLIFT_CODEC_OLD_KEYS: old });
  try {
    return await start();
  } finally {
    Object.assign(process.env, { ROCKETLIFT_CODEC_KEY: KEY, ROCKETLIFT_CODEC_OLD_KEYS: '' });
  }
}

const clientWith = (key: string, old = '') =>
  withKeys(key, old, () => MigrationClient.connect({ taskQueue: bench.taskQueue }));

/** A job of which no word should be found. */
async function job(name: string, over: { rows?: number; path?: string; schedule?: object } = {}) {
  const { rows = 3, path, schedule } = over;
  const lines = Array.from({ length: rows }, (_, n) => `${n},row ${n}`);
  const file = await bench.file(`hidden-${name}.csv`, `id,text\n${lines.join('\n')}\n`);
  const topic = await bench.topic();
  const written = bench.job({
    name: `${name}-${randomUUID()}`,
    source: { type: 'csv', path: path ?? file, columns: { id: 'integer' } },
    sink: { topic },
    settings: { batch: { records: 50, inFlight: 1 }, parallelism: 1 },
    ...(schedule && { schedule }),
  });
  const secret = [bench.folder, topic, stack.rocketmq.endpoints, 'hidden-', 'can not', 'does not exist'];
  return { written, name: written.job.name, secret };
}

async function expectHidden(workflowId: string, secret: readonly string[]): Promise<void> {
  const held = await heldByTemporal(bench.temporal, stack, workflowId);
  expect(held).toContain('binary/rocketlift-aes-256-gcm');
  for (const text of secret) expect(held).not.toContain(text);
}

describe('with a key', () => {
  it('a run completes, its report and progress read as ever, and Temporal holds no word of it', async () => {
    const { written, name, secret } = await job('done', { rows: 20_000 });
    const run = await bench.client.start(written);
    const progress = await until(async () => {
      const { activities, phase } = await bench.client.progress(run);
      const heartbeat = activities.find(({ heartbeat }) => heartbeat)?.heartbeat;
      return heartbeat && { heartbeat, phase };
    });
    expect(progress).toMatchObject({
      phase: 'writing',
      heartbeat: { partition: 0, input: written.paths[0] },
    });
    const report = await bench.client.wait(run);
    expect(report).toMatchObject({ state: 'completed', records: { read: 20_000, written: 20_000 } });
    expect(report.inputs).toMatchObject([{ name: written.paths[0] }]);
    expect((await bench.client.list({ limit: 100 })).find(({ job }) => job === name)).toMatchObject({
      records: { written: 20_000 },
    });
    await expectHidden(name, secret);
  });

  it('a run fails, and its message is read by who has the key alone', async () => {
    const { written, name, secret } = await job('gone', { path: `${bench.folder}/hidden-gone-away.csv` });
    const report = await bench.run(written);
    expect(report).toMatchObject({
      state: 'failed',
      error: { code: 'file_not_found', message: expect.stringContaining('hidden-gone-away.csv') },
    });
    await expectHidden(name, secret);
    // Who has no key sees in a list that it is there, and all that is in plain.
    const nobody = await clientWith('');
    const listed = await until(async () =>
      (await nobody.list({ limit: 1000 })).find(
        ({ job: listedJob, state }) => listedJob === name && state === 'failed',
      ),
    );
    expect(listed).toMatchObject({ records: { read: 0 } });
    await nobody.close();
  });

  it('a run is tuned, cancelled with its heartbeats handed over, and retried', async () => {
    const rows = 60_000;
    const { written, name, secret } = await job('cut', { rows });
    const run = await bench.client.start(written);
    await until(async () => (await bench.client.progress(run)).records.written > 0);
    await bench.client.tune(run, { parallelism: 2 });
    await bench.client.cancel(run);
    const report = await bench.client.wait(run);
    expect(report.state).toBe('cancelled');
    expect(report.records.written).toBeGreaterThan(0);
    // What the retried run takes over is read from the history of the first one.
    const again = await bench.client.retry(run);
    expect(await bench.client.wait(again)).toMatchObject({
      state: 'completed',
      records: { read: rows, written: rows },
    });
    await expectHidden(name, secret);
  });

  it('a schedule starts runs, and shows what it holds', async () => {
    const { written, name, secret } = await job('timed', { schedule: { cron: '0 3 1 1 *' } });
    await bench.client.createSchedule(written);
    const { run } = await bench.client.triggerSchedule(name);
    expect(run).toMatch(`${name}/`);
    expect(await bench.client.wait({ workflowId: name })).toMatchObject({ state: 'completed' });
    // Its parent ends a moment after it.
    const details = await until(async () => {
      const now = await bench.client.describeSchedule(name);
      return now.runs[0]?.state === 'completed' && now;
    });
    expect(details.schedule).toEqual(written.job.schedule);
    await expectHidden(name, secret);
    const query = `WorkflowId STARTS_WITH 'scheduled:${name}'`;
    const { executions } = await bench.temporal.workflowService.listWorkflowExecutions({
      namespace: 'default',
      query,
    });
    expect(executions).toHaveLength(1);
    await expectHidden(executions[0].execution?.workflowId ?? '', secret);
    // Who has no key, or another one, sees in a list that it is there, and all that is in plain.
    for (const client of [await clientWith(''), await clientWith(newKey())]) {
      const listed = await until(async () =>
        (await client.listSchedules()).find((each) => each.job === name),
      );
      expect(listed).toMatchObject({ state: 'active', last: { state: 'completed' } });
      await client.close();
    }
    await bench.client.deleteSchedule(name);
  });
});

describe('who has another key, or none', () => {
  let name: string;
  beforeAll(async () => {
    const made = await job('foreign');
    name = made.name;
    await bench.run(made.written);
  });

  it.each([
    ['none', '', 'codec_key_missing'],
    ['another', newKey(), 'codec_key_unknown'],
  ])('is told so: %s', async (_, key, code) => {
    const client = await clientWith(key);
    const report = client.report({ workflowId: name });
    await expect(report).rejects.toMatchObject({ code, fault: 'user' });
    await client.close();
  });

  it('reads on with the old key beside the new one', async () => {
    const client = await clientWith(newKey(), KEY);
    expect(await client.report({ workflowId: name })).toMatchObject({
      state: 'completed',
      records: { written: 3 },
    });
    await client.close();
  });

  it('as a worker takes nothing away: whoever waits is told why, and the run goes on with another worker', async () => {
    const taskQueue = `blind-${randomUUID()}`;
    const blind = await withKeys('', '', () => startWorker({ taskQueue }));
    const client = await MigrationClient.connect({ taskQueue });
    const { written } = await job('stuck');
    const run = await client.start(written);
    await expect(client.wait(run, { patienceMs: 3_000 })).rejects.toMatchObject({
      code: 'worker_fails',
      message: expect.stringContaining('no key is set here'),
    });
    await blind.stop();
    const seeing = await startWorker({ taskQueue });
    expect(await client.wait(run)).toMatchObject({ state: 'completed', records: { written: 3 } });
    await seeing.stop();
    await client.close();
  }, 120_000);
});

describe('the codec server', () => {
  let server: CodecServer;
  beforeAll(async () => {
    server = await startCodecServer({ port: 0, origins: [ORIGIN] });
  });
  afterAll(async () => {
    await server.close();
  });

  const post = (path: string, body: unknown, headers: Record<string, string> = { origin: ORIGIN }) =>
    fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers });

  /** The payload of the input of a run, as the UI gets it. */
  async function inputOf(workflowId: string) {
    const response = await fetch(
      `${stack.temporal.ui}/api/v1/namespaces/default/workflows/${workflowId}/history`,
    );
    const { history } = (await response.json()) as {
      history: { events: Record<string, { input: unknown }>[] };
    };
    return history.events[0].workflowExecutionStartedEventAttributes.input;
  }

  it('reads what the UI asks it for, and writes what a worker reads', async () => {
    const { written, name } = await job('shown');
    await bench.run(written);
    const response = await post('/decode', await inputOf(name));
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    const decoded = (await response.json()) as {
      payloads: { metadata: { encoding: string }; data: string }[];
    };
    const [{ metadata, data }] = decoded.payloads;
    expect(Buffer.from(metadata.encoding, 'base64').toString()).toBe('json/plain');
    expect(JSON.parse(Buffer.from(data, 'base64').toString())).toMatchObject({ job: written.document });

    const encoded = await (await post('/encode', decoded)).json();
    expect(JSON.stringify(encoded)).not.toContain(data);
    expect(await (await post('/decode', encoded)).json()).toEqual(decoded);
  });

  it('answers the pages of the UI alone, and what no page asks', async () => {
    const body = { payloads: [] };
    const preflight = (origin: string) =>
      fetch(`${server.url}/decode`, { method: 'OPTIONS', headers: { origin } });
    expect((await preflight(ORIGIN)).headers.get('access-control-allow-headers')).toContain('x-namespace');
    expect((await preflight('http://elsewhere.example')).status).toBe(403);
    expect((await post('/decode', body, { origin: 'http://elsewhere.example' })).status).toBe(403);
    expect((await post('/decode', body, {})).status).toBe(200);
    expect((await post('/other', body)).status).toBe(404);
    expect((await post('/decode', { payload: 1 })).status).toBe(400);
  });

  it('tells of a key that it has not', async () => {
    const { written, name } = await job('closed');
    await bench.run(written);
    const other = await withKeys(newKey(), '', () => startCodecServer({ port: 0, origins: [ORIGIN] }));
    const body = JSON.stringify(await inputOf(name));
    const response = await fetch(`${other.url}/decode`, {
      method: 'POST',
      body,
      headers: { origin: ORIGIN },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('is encrypted with the key');
    await other.close();
  });
});
