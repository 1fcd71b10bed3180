import type { Command } from 'commander';
import type { RunningWorker } from '../worker/worker.js';
import {
  createCommand,
  healthFileOption,
  type QueueOptions,
  TASK_QUEUE_FLAG,
  TASK_QUEUE_HELP,
  taskQueueOf,
} from './command.js';
import { EXIT } from './exit.js';
import { addFolderOptions, type FolderOptions, foldersOf } from './folder-options.js';
import { printJson, say } from './output.js';

interface WorkerCommandOptions extends QueueOptions, FolderOptions {
  readonly healthFile?: string;
}

export function workerCommand(): Command {
  const command = createCommand('worker', 'Run a worker until it is stopped', [
    'worker',
    'worker --task-queue nightly',
    'worker --allow-read /data --allow-dirty /data/dirty',
    'worker --json 2> worker.log        # log lines as JSON',
    'worker --health-file /tmp/worker   # for "rocketlift health --health-file /tmp/worker"',
  ]);
  return addFolderOptions(command.option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP))
    .addOption(healthFileOption('file that is renewed while the worker polls and Temporal answers'))
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C drain what is under way and hand it over; a second one leaves at once.',
    )
    .action(async (options: WorkerCommandOptions) => {
      process.exitCode = await work(await taskQueueOf(options), options);
    });
}

async function work(taskQueue: string, options: WorkerCommandOptions): Promise<number> {
  const { json = false, healthFile } = options;
  const folders = foldersOf(options);
  const { installLog } = await import('../worker/log.js');
  const { startWorker } = await import('../worker/worker.js');
  installLog({ level: 'info', format: json ? 'json' : 'text' });
  const worker = await startWorker({ taskQueue, folders });
  if (json) printJson({ taskQueue, pid: process.pid });
  else say(`Worker polls the task queue "${taskQueue}". Ctrl-C stops it.`);
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(EXIT.interrupted);
    stopping = true;
    // A failure shows in `done`, which is awaited below.
    worker.stop().catch(() => {});
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  await (healthFile === undefined ? worker.done : doneWithHealthFile(worker, healthFile));
  return EXIT.done;
}

/** Resolves when the worker has ended. Ends it in good order where its health file can't be written. */
async function doneWithHealthFile(worker: RunningWorker, path: string): Promise<void> {
  const { keepHealthFile } = await import('../worker/health.js');
  const ended = new AbortController();
  const file = keepHealthFile(path, () => worker.isWell(), ended.signal);
  try {
    await Promise.race([worker.done, file]);
  } finally {
    ended.abort();
    await worker.stop();
    await file;
  }
}
