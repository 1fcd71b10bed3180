/** Runs that somebody looks at while there is no worker: they must not get ahead of their history. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { INTERCEPTORS_PATH } from '../../src/worker/bundle.js';
import { useBench } from '../support/migration.js';
import { until } from '../support/until.js';

const bench = useBench({ worker: false });
const { address } = inject('stack').temporal;

const LATE_MS = 200;
const QUESTIONS = 2;
/** Enough for some whose worker gets a question before the workflow task. */
const RUNS = 10;

it('a question that waits for a worker does not make a run go ahead of its history', async () => {
  const workflowsPath = fileURLToPath(new URL('../support/workflows/told-late.mjs', import.meta.url));
  const logger = new DefaultLogger('WARN');
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [INTERCEPTORS_PATH],
    logger,
  });
  const connection = await NativeConnection.connect({ address });
  const newWorker = (taskQueue: string) => Worker.create({ connection, taskQueue, workflowBundle });
  const runs = Array.from({ length: RUNS }, async () => {
    const taskQueue = `told-${randomUUID()}`;
    const first = await newWorker(taskQueue);
    const run = await first.runUntil(async () => {
      const handle = await bench.temporal.workflow.start('toldLate', {
        taskQueue,
        workflowId: taskQueue,
        args: [LATE_MS],
        // What Core drops with the state that it takes back comes again after this time.
        workflowTaskTimeout: '1s',
      });
      // Its first task is behind it.
      expect(await handle.query('told')).toBe(false);
      return handle;
    });
    // These are on their way already when the server notes that there is something to do.
    const answers = Array.from({ length: QUESTIONS }, () => run.query('told').catch(() => undefined));
    const since = performance.now();
    await until(async () => performance.now() - since > 2 * LATE_MS);
    await run.signal('tell');
    const second = await newWorker(taskQueue);
    await second.runUntil(async () => {
      await Promise.all([...answers, run.result()]);
    });
    const history = await run.fetchHistory();
    expect(history.events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
    await Worker.runReplayHistory({ workflowBundle }, history, taskQueue);
  });
  const ends = await Promise.allSettled(runs);
  await connection.close();
  expect(ends.filter(({ status }) => status === 'rejected')).toEqual([]);
});
