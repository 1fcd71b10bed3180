import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { jsonLines } from '../worker/json-lines.js';
import { WorkerProcesses } from '../worker/processes.js';
import type { QueueOptions } from './command.js';
import { printJson, say, warn } from './output.js';
import { doneWithHealthFile, stopAtSignal } from './worker-end.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

interface ManySettings extends QueueOptions {
  readonly taskQueue: string;
  readonly processes: number;
  readonly healthFile?: string;
}

/**
 * A worker of several processes: this one starts the others and does nothing else.
 * @returns the exit code
 */
export async function workInMany({ taskQueue, processes, json, healthFile }: ManySettings): Promise<number> {
  const log = jsonLines('info');
  const workers = new WorkerProcesses({
    count: processes,
    start: startOne,
    onPolling(pids) {
      if (json) printJson({ taskQueue, pid: process.pid, processes: pids });
      else say(`${processes} worker processes poll the task queue "${taskQueue}". Ctrl-C stops them.`);
    },
    onEnd: (text) => (json ? log.warn(text) : warn(text)),
  });
  stopAtSignal(
    () => workers.stop(),
    () => workers.kill(),
  );
  const done = workers.run();
  const stop = async () => {
    workers.stop();
    await done;
  };
  if (healthFile !== undefined) {
    await doneWithHealthFile({ done, stop }, healthFile, async () => workers.wellAt);
  }
  return await done;
}

/** The same command with the same options; its standard output would be one JSON document too many. */
function startOne() {
  return fork(MAIN, ['worker', '--one-of-many', ...process.argv.slice(3)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
