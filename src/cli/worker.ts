import { type Command, Option } from 'commander';
import {
  createCommand,
  healthFileOption,
  type QueueOptions,
  TASK_QUEUE_FLAG,
  TASK_QUEUE_HELP,
  taskQueueOf,
} from './command.js';
import { addFolderOptions, type FolderOptions } from './folder-options.js';
import { countingNumber } from './numbers.js';

interface WorkerCommandOptions extends QueueOptions, FolderOptions {
  readonly healthFile?: string;
  readonly processes: number;
  /** Whether it is one of the processes of a worker that has several. */
  readonly oneOfMany: boolean;
}

export function workerCommand(): Command {
  const command = createCommand('worker', 'Run a worker until it is stopped', [
    'worker',
    'worker --task-queue nightly',
    'worker --processes 4               # one for each core that jobs may take',
    'worker --allow-read /data --allow-dirty /data/dirty',
    'worker --json 2> worker.log        # log lines as JSON',
    'worker --health-file /tmp/worker   # for "rocketlift health --health-file /tmp/worker"',
  ]);
  return addFolderOptions(command.option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP))
    .option('--processes <n>', 'processes that share the work; each can use one core', countingNumber, 1)
    .addOption(healthFileOption('file that is renewed while the worker polls and Temporal answers'))
    .addOption(new Option('--one-of-many').default(false).hideHelp())
    .addHelpText('after', NOTES)
    .action(async (options: WorkerCommandOptions) => {
      const settings = { ...options, taskQueue: await taskQueueOf(options) };
      process.exitCode = await work(settings);
    });
}

const NOTES = `
SIGTERM or Ctrl-C drain what is under way and hand it over; a second one leaves at once.
Of several processes, one that ends without being asked to is replaced.`;

async function work(settings: WorkerCommandOptions & { readonly taskQueue: string }): Promise<number> {
  if (settings.oneOfMany) return await (await import('./worker-process.js')).workAsOneOfMany(settings);
  if (settings.processes > 1) return await (await import('./worker-processes.js')).workInMany(settings);
  return await (await import('./worker-process.js')).workAlone(settings);
}
