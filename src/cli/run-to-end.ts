import type { Command } from 'commander';
import type { MigrationClient } from '../client/migration-client.js';
import type { RunRef } from '../client/run-ref.js';
import { Fault, worldFault } from '../job/fault.js';
import { besideWorker } from './beside-worker.js';
import { type PatienceOption, patienceOption, type QueueOptions } from './command.js';
import { addFolderOptions, type FolderOptions, foldersOf } from './folder-options.js';
import { follow } from './follow.js';
import { warn } from './output.js';
import { type ProgressView, sayBesideProgress } from './progress-view.js';

export interface RunToEndOptions extends QueueOptions, PatienceOption, FolderOptions {
  /** Whether a worker is started for the time of the run. */
  readonly worker: boolean;
}

/** The options of commands that start a run and wait for its end. */
export const withRunOptions = (command: Command): Command =>
  addFolderOptions(command)
    .option('--no-worker', 'start no worker for the time of the run')
    .addOption(patienceOption())
    .addHelpText('after', '\nCtrl-C drains and cancels the run; a second one leaves at once.');

/**
 * Starts a run, with a worker of its own unless that is not wished, follows it and prints its report.
 * @returns the exit code
 */
export async function runToEnd(
  client: MigrationClient,
  start: () => Promise<RunRef>,
  options: RunToEndOptions,
): Promise<number> {
  if (options.worker) return await withWorker(client, start, options);
  if (!(await client.hasWorker())) warn(noWorkerText(client.taskQueue));
  return await startAndFollow(client, start, options);
}

async function withWorker(
  client: MigrationClient,
  start: () => Promise<RunRef>,
  options: RunToEndOptions,
): Promise<number> {
  const { installLog } = await import('../worker/log.js');
  const { startWorker } = await import('../worker/worker.js');
  installLog({ level: 'warn', format: options.json ? 'json' : 'text', write: sayBesideProgress });
  const worker = await startWorker({ taskQueue: client.taskQueue, folders: foldersOf(options) });
  const died = worker.done.then(
    () => Promise.reject(workerEnded()),
    (reason: unknown) => Promise.reject(workerEnded(reason)),
  );
  // It is looked at only while the run is followed; ending the worker afterwards is no mistake.
  died.catch(() => {});
  return await besideWorker(worker, () => startAndFollow(client, start, options, died));
}

async function startAndFollow(
  client: MigrationClient,
  start: () => Promise<RunRef>,
  { json = false, patience }: RunToEndOptions,
  unless?: Promise<never>,
): Promise<number> {
  const run = await start();
  const started = `Started ${run.workflowId}/${run.runId}${uiText(client, run)}`;
  const onInterrupt = async (view: ProgressView) => {
    view.say('Cancelling: what is in flight drains. Ctrl-C again leaves at once.');
    await client.cancel(run).catch((error: unknown) => {
      // It has ended in between: its report is on its way.
      if (!(error instanceof Fault) || error.code !== 'not_running') throw error;
    });
  };
  return await follow(client, run, { json, started, patience, onInterrupt, ...(unless && { unless }) });
}

function uiText(client: MigrationClient, run: RunRef): string {
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
