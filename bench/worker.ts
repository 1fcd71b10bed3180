import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MigrationClient } from '../dist/client/migration-client.js';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Does `work` with a worker process of its own, as a user starts it, and a client of its task queue. */
export async function withWorker<T>(
  taskQueue: string,
  work: (client: MigrationClient, worker: ChildProcess) => Promise<T>,
): Promise<T> {
  const worker = spawn(process.execPath, [CLI, 'worker', '--task-queue', taskQueue, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(worker.stdout, 'data');
  const client = await MigrationClient.connect({ taskQueue });
  try {
    return await work(client, worker);
  } finally {
    await client.close();
    worker.kill('SIGTERM');
    if (worker.exitCode === null) await once(worker, 'exit');
  }
}
