// Records the histories that replay.test.ts replays: `npm run build && node test/replay/record.mjs VERSION`.
// Run it once for every released version, and keep the old files: runs that were started under them may still go on.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { MigrationClient } from '../../dist/client/migration-client.js';
import { down } from '../../dist/dev/down.js';
import { createTopic } from '../../dist/dev/topics.js';
import { up } from '../../dist/dev/up.js';
import { parseJobText } from '../../dist/job/parse.js';
import { startWorker } from '../../dist/worker/worker.js';

const version = process.argv[2];
if (!version) throw new Error('Usage: node test/replay/record.mjs VERSION');
const histories = new URL(`histories/${version}/`, import.meta.url);
const taskQueue = 'record';
const topic = 'recorded';

const folder = await mkdtemp(join(tmpdir(), 'rocketlift-record-'));
const temporalFlags = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'];
const stack = await up({ stateDir: folder, portOffset: 'auto', temporalFlags });
try {
  await createTopic(stack, topic);
  process.env.TEMPORAL_ADDRESS = stack.temporal.address;
  const worker = await startWorker({ taskQueue });
  const client = await MigrationClient.connect({ taskQueue });
  const connection = await Connection.connect({ address: stack.temporal.address });
  const temporal = new Client({ connection });
  await mkdir(histories, { recursive: true });

  /** @param {string} name @param {number} rows @param {object} settings */
  const job = async (name, rows, settings) => {
    const path = join(folder, `${name}.csv`);
    const lines = Array.from({ length: rows }, (_, n) => (n === 5 ? 'broken' : `${n},text`));
    await writeFile(path, `id,text\n${lines.join('\n')}\n`);
    const document = {
      name,
      source: { type: 'csv', path, columns: { id: 'integer' } },
      sink: { endpoints: stack.rocketmq.endpoints, topic },
      settings,
    };
    return parseJobText(JSON.stringify(document), { file: name, baseDir: folder });
  };

  /** @param {string} name @param {{ workflowId: string, runId: string }} run */
  const save = async (name, { workflowId, runId }) => {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    // Stack traces hold the paths of the machine that recorded them, and nothing that a replay looks at.
    const withoutStacks = JSON.parse(historyToJSON(history), (key, value) =>
      key === 'stackTrace' ? '' : value,
    );
    await writeFile(new URL(`${name}.json`, histories), `${JSON.stringify(withoutStacks, null, 1)}\n`);
  };

  const small = { partitionSize: '1 KiB', parallelism: 2 };
  const completed = await client.start(await job('completed', 500, small));
  await client.wait(completed);
  await save('completed', completed);

  const failed = await client.start(await job('failed', 500, { ...small, errorLimit: { records: 0 } }));
  await client.wait(failed);
  await save('failed', failed);

  const continued = await client.start(
    await job('continued', 4000, { partitionSize: '1 KiB', parallelism: 4 }),
  );
  await client.wait(continued);
  await save('continued', continued);

  const slow = { parallelism: 2, partitionSize: '1 MiB', batch: { records: 10, inFlight: 1 } };
  const cancelled = await client.start(await job('cancelled', 300_000, slow));
  while ((await client.progress(cancelled)).records.written === 0) await new Promise(setImmediate);
  await client.cancel(cancelled);
  await client.wait(cancelled);
  await save('cancelled', cancelled);

  // A run that is paused, tuned and resumed; the one that goes on with what was cancelled of it.
  const tuned = await client.start(await job('tuned', 20_000, { ...slow, rate: { records: '2000/s' } }));
  while ((await client.progress(tuned)).records.written === 0) await new Promise(setImmediate);
  await client.tune(tuned, { parallelism: 3, errorLimit: { records: 50 } });
  await client.pause(tuned);
  await client.resume(tuned);
  await client.tune(tuned, { parallelism: 1, rate: { records: 5000 } });
  await client.cancel(tuned);
  await client.wait(tuned);
  await save('tuned', tuned);
  const retried = await client.retry(tuned);
  await client.tune(retried, { rate: { records: null } }).catch(async () => {
    // It may still be validating.
    while ((await client.progress(retried)).phase === 'validating') await new Promise(setImmediate);
    await client.tune(retried, { rate: { records: null } });
  });
  await client.wait(retried);
  await save('retried', retried);

  const held = await client.start(
    await job('held', 500, { ...small, errorLimit: { records: 0, onBreach: 'hold' } }),
  );
  while ((await client.describe(held)).state !== 'held') await new Promise(setImmediate);
  await client.decide(held, { decision: 'raise', records: 5 });
  await client.wait(held);
  await save('held', held);

  // Scheduled runs: one that completes, one that is skipped, and one that waits, each beside a run by hand but the first.
  /**
   * @param {'scheduled' | 'skipped' | 'waited'} name
   * @param {{ overlap: string }} schedule
   * @param {boolean} byHand
   */
  const scheduled = async (name, schedule, byHand) => {
    const { document } = await job(name, 20, small);
    const withSchedule = {
      .../** @type {object} */ (document),
      schedule: { cron: '* * * * * * *', ...schedule },
    };
    /** @param {object} over */
    const text = (over) => JSON.stringify({ ...withSchedule, ...over });
    const loaded = parseJobText(text({}), { file: name, baseDir: folder });
    // Waits for a RocketMQ that is not there.
    const sink = { endpoints: '127.0.0.1:1', topic };
    const idle = parseJobText(text({ sink }), { file: name, baseDir: folder });
    const other = byHand ? await client.start(idle) : undefined;
    await client.createSchedule(loaded);
    const handle = temporal.schedule.getHandle(name);
    const look = async () => (await client.describeSchedule(name)).runs.at(-1);
    const wanted = { scheduled: 'completed', skipped: 'skipped', waited: 'waiting' }[name];
    while ((await look())?.state !== wanted) await new Promise(setImmediate);
    await client.pauseSchedule(name);
    const [{ action }] = (await handle.describe()).info.recentActions;
    if (other) await client.cancel(other);
    const { workflowId, firstExecutionRunId: runId } = action.workflow;
    await temporal.workflow.getHandle(workflowId, runId).result();
    await client.deleteSchedule(name);
    await save(name, { workflowId, runId });
  };
  await scheduled('scheduled', { overlap: 'skip' }, false);
  await scheduled('skipped', { overlap: 'skip' }, true);
  await scheduled('waited', { overlap: 'bufferOne' }, true);

  await worker.stop();
  await client.close();
  await connection.close();
} finally {
  await down(folder);
  await rm(folder, { recursive: true, force: true });
}
