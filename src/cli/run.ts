import type { Command } from 'commander';
import type { MigrationClient } from '../client/migration-client.js';
import type { RunRef } from '../client/run-ref.js';
import { Fault, worldFault } from '../job/fault.js';
import type { LoadedJob } from '../job/parse.js';
import {
  createCommand,
  type PatienceOption,
  patienceOption,
  type QueueOptions,
  TASK_QUEUE_FLAG,
  TASK_QUEUE_HELP,
  withClient,
} from './command.js';
import { follow } from './follow.js';
import { type EndpointsOption, loadJob, withJobArgument } from './job-argument.js';
import { say, warn } from './output.js';
import { type ProgressView, sayBesideProgress } from './progress-view.js';

interface RunOptions extends QueueOptions, PatienceOption, EndpointsOption {
  readonly worker: boolean;
}

export function runCommand(): Command {
  const command = createCommand('run', 'Run a job and wait for its report', [
    'run orders.yaml',
    'run orders.yaml --no-worker        # leave the work to workers that run already',
    'run orders.yaml --json | jq .records',
  ]);
  return withJobArgument(command)
    .option('--no-worker', 'start no worker for the time of the run')
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .addOption(patienceOption())
    .addHelpText('after', '\nCtrl-C drains and cancels the run; a second one leaves at once.')
    .action(async (path: string, options: RunOptions) => {
      process.exitCode = await run(path, options);
    });
}

async function run(path: string, options: RunOptions): Promise<number> {
  const job = await loadJob(path, options);
  sayScheduleIgnored(job, path);
  return await withClient(options, async (client) => {
    // Before the worker: it takes seconds, and would take on work that belongs to others.
    await client.checkNotRunning(job.job.name);
    if (options.worker) return await runWithWorker(client, job, options);
    if (!(await client.hasWorker())) warn(noWorkerText(client.taskQueue));
    return await startAndFollow(client, job, options);
  });
}

async function runWithWorker(client: MigrationClient, job: LoadedJob, options: RunOptions): Promise<number> {
  const { installLog } = await import('../worker/log.js');
  const { startWorker } = await import('../worker/worker.js');
  installLog({ level: 'warn', format: options.json ? 'json' : 'text', write: sayBesideProgress });
  const worker = await startWorker({ taskQueue: client.taskQueue });
  const died = worker.done.then(
    () => Promise.reject(workerEnded()),
    (reason: unknown) => Promise.reject(workerEnded(reason)),
  );
  // It is looked at only while the run is followed; ending the worker afterwards is no mistake.
  died.catch(() => {});
  try {
    return await startAndFollow(client, job, options, died);
  } finally {
    await worker.stop();
  }
}

async function startAndFollow(
  client: MigrationClient,
  job: LoadedJob,
  { json = false, patience }: RunOptions,
  unless?: Promise<never>,
): Promise<number> {
  const run = await client.start(job);
  say(`Started ${run.workflowId}/${run.runId}${uiText(client, run)}`);
  const onInterrupt = async (view: ProgressView) => {
    view.say('Cancelling: what is in flight drains. Ctrl-C again leaves at once.');
    await client.cancel(run).catch((error: unknown) => {
      // It has ended in between: its report is on its way.
      if (!(error instanceof Fault) || error.code !== 'not_running') throw error;
    });
  };
  return await follow(client, run, { json, patience, onInterrupt, ...(unless && { unless }) });
}

/** A run by hand is one run, now: to standard error, so that nobody waits for the next one. */
export function sayScheduleIgnored({ job: { schedule } }: LoadedJob, path: string): void {
  if (schedule) say(`The schedule in ${path} is ignored: \`rocketlift schedule create ${path}\` uses it.`);
}

export function uiText(client: MigrationClient, run: RunRef): string {
  const ui = client.uiLink(run);
  return ui === undefined ? '' : `\n${ui}`;
}

export const noWorkerText = (taskQueue: string): string =>
  `no worker polls the task queue "${taskQueue}"; start one: rocketlift worker --task-queue ${taskQueue}`;

const workerEnded = (cause?: unknown) =>
  worldFault(
    'worker_ended',
    `The worker of this run has ended${cause instanceof Error ? `: ${cause.message}` : ''}.`,
    'The run goes on as soon as another worker is started: rocketlift worker.',
    cause,
  );
