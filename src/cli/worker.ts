import type { Command } from 'commander';
import {
  createCommand,
  type QueueOptions,
  TASK_QUEUE_FLAG,
  TASK_QUEUE_HELP,
  taskQueueOf,
} from './command.js';
import { EXIT } from './exit.js';
import { printJson, say } from './output.js';

export function workerCommand(): Command {
  return createCommand('worker', 'Run a worker until it is stopped', [
    'worker',
    'worker --task-queue nightly',
    'worker --json 2> worker.log        # log lines as JSON',
  ])
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C drain what is under way and hand it over; a second one leaves at once.',
    )
    .action(async (options: QueueOptions) => {
      process.exitCode = await work(await taskQueueOf(options), options.json ?? false);
    });
}

async function work(taskQueue: string, json: boolean): Promise<number> {
  const { installLog } = await import('../worker/log.js');
  const { startWorker } = await import('../worker/worker.js');
  installLog({ level: 'info', format: json ? 'json' : 'text' });
  const worker = await startWorker({ taskQueue });
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
  await worker.done;
  return EXIT.done;
}
