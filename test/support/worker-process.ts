import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A worker in a process of its own, to be ended in any way. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** The processes that work: itself, or those it has started. */
  readonly pids: readonly number[];
  /** What it has logged: lines of JSON. */
  log(): string;
  /** Ends it with a signal; resolves when it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

interface WorkerProcessOptions {
  /** Set beside the variables of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default 1 */
  readonly processes?: number;
}

/** What it prints when it polls. */
interface Ready {
  readonly pid: number;
  readonly processes?: readonly number[];
}

/** Starts `rocketlift worker` and resolves when it polls. */
export async function startWorkerProcess(
  taskQueue: string,
  { env = {}, processes = 1 }: WorkerProcessOptions = {},
): Promise<WorkerProcess> {
  const args = ['worker', '--task-queue', taskQueue, '--processes', String(processes), '--json'];
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const started = once(child.stdout, 'data') as Promise<[Buffer]>;
  const failed = once(child, 'exit').then(() => {
    throw new Error(`the worker ended:\n${log.slice(-10_000)}`);
  });
  const [ready] = await Promise.race([started, failed]);
  failed.catch(() => undefined);
  const { pid, processes: pids = [pid] } = JSON.parse(ready.toString()) as Ready;
  return {
    child,
    pids,
    log: () => log,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    },
  };
}

/** Starts workers for a test; those that it leaves are killed when it ends. */
export function useWorkers(bench: { readonly taskQueue: string }): { start(): Promise<WorkerProcess> } {
  const workers: WorkerProcess[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.end('SIGKILL');
  });
  return {
    async start() {
      const worker = await startWorkerProcess(bench.taskQueue);
      workers.push(worker);
      return worker;
    },
  };
}
