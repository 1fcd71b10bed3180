import { MAX_ACTIVITIES } from '../job/places.js';
import { type OthersNews, tellParent } from '../worker/channel.js';
import { lookRegularly } from '../worker/health.js';
import { installLog, type LogOptions } from '../worker/log.js';
import { SharedPlaces } from '../worker/shared-places.js';
import { type RunningWorker, startWorker, type WorkerOptions } from '../worker/worker.js';
import type { QueueOptions } from './command.js';
import { EXIT, errorOutput, exitOfError } from './exit.js';
import { type FolderOptions, foldersOf } from './folder-options.js';
import { printJson, printStack, say } from './output.js';
import { doneWithHealthFile, stopAtSignal } from './worker-end.js';

export interface WorkerSettings extends QueueOptions, FolderOptions {
  readonly taskQueue: string;
  readonly healthFile?: string;
}

/** @returns the exit code */
export async function workAlone(settings: WorkerSettings): Promise<number> {
  const { taskQueue, json, healthFile } = settings;
  const worker = await start(settings);
  if (json) printJson({ taskQueue, pid: process.pid });
  else say(`Worker polls the task queue "${taskQueue}". Ctrl-C stops it.`);
  stopAtSignal(() => stop(worker));
  const wellAt = async () => ((await worker.isWell()) ? Date.now() : undefined);
  await (healthFile === undefined ? worker.done : doneWithHealthFile(worker, healthFile, wellAt));
  return EXIT.done;
}

/**
 * One of several processes. It tells the one that started it how it is, and drains however often it is asked to: Ctrl-C in a
 * terminal, and who ends a service, may signal both, and the other one passes its signal on. When to leave at once is for that one
 * to decide; where it is gone, this one drains as well.
 * @returns the exit code
 */
export async function workAsOneOfMany(settings: WorkerSettings): Promise<number> {
  try {
    const places = new SharedPlaces(
      MAX_ACTIVITIES,
      (activities) => void tellParent({ news: 'busy', activities }),
    );
    process.on('message', ({ fewest }: OthersNews) => places.othersHave(fewest ?? Number.POSITIVE_INFINITY));
    const worker = await start(settings, { places, write: (line) => say(`[${process.pid}] ${line}`) });
    const drain = () => stop(worker);
    process.on('SIGINT', drain).on('SIGTERM', drain).on('disconnect', drain);
    if (!process.connected) drain();
    void tellParent({ news: 'polls' });
    const ended = new AbortController();
    const signs = lookRegularly(async () => {
      if (await worker.isWell().catch(() => false)) await tellParent({ news: 'well' });
    }, ended.signal);
    await Promise.all([worker.done.finally(() => ended.abort()), signs]);
    return EXIT.done;
  } catch (error) {
    await tellParent({ news: 'failed', fault: errorOutput(error).error });
    printStack(error);
    return exitOfError(error);
  }
}

async function start(
  { taskQueue, json, ...options }: WorkerSettings,
  { write, places }: Pick<LogOptions, 'write'> & Pick<WorkerOptions, 'places'> = {},
): Promise<RunningWorker> {
  const folders = foldersOf(options);
  installLog({ level: 'info', format: json ? 'json' : 'text', write });
  return await startWorker({ taskQueue, folders, places });
}

function stop(worker: RunningWorker): void {
  // A failure shows in `done`, which is awaited elsewhere.
  worker.stop().catch(() => {});
}
