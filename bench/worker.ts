import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MigrationClient } from '../dist/client/migration-client.js';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/**
 * Does `work` with a worker of its own, as a user starts it, and a client of its task queue.
 * @param work is told the ids of the processes that work
 */
export async function withWorker<T>(
  taskQueue: string,
  work: (client: MigrationClient, pids: readonly number[]) => Promise<T>,
  { processes = 1 }: { readonly processes?: number } = {},
): Promise<T> {
  const args = ['worker', '--task-queue', taskQueue, '--processes', String(processes), '--json'];
  const worker = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [ready] = (await once(worker.stdout, 'data')) as [Buffer];
  const { pid, processes: pids = [pid] } = JSON.parse(ready.toString()) as {
    pid: number;
    processes?: number[];
  };
  const client = await MigrationClient.connect({ taskQueue });
  try {
    return await work(client, pids);
  } finally {
    await client.close();
    worker.kill('SIGTERM');
    if (worker.exitCode === null) await once(worker, 'exit');
  }
}
