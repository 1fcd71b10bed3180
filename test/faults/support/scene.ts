import type { Stack } from '../../../src/dev/stack.js';
import { type Bench, useBench } from '../../support/migration.js';
import { useWorkers, type WorkerProcess } from '../../support/worker-process.js';
import type { FaultyRun } from './faulty-run.js';
import { type MigrateOptions, migrateRows } from './migrate-rows.js';
import { useOwnStack } from './own-stack.js';

/** Servers of its own, workers in processes of their own, and a client, for the faults of one test file. */
export interface Scene {
  readonly bench: Bench;
  /** Once it is up. */
  stack(): Stack;
  startWorker(): Promise<WorkerProcess>;
  /** Starts a run over a file of rows, into a topic of its own. */
  migrate(options: MigrateOptions): Promise<FaultyRun>;
}

export function useScene(): Scene {
  const stack = useOwnStack();
  const bench = useBench({ worker: false, stack });
  const { start: startWorker } = useWorkers(bench);
  return {
    bench,
    stack,
    startWorker,
    async migrate(options) {
      const topic = await bench.topic();
      return await migrateRows(bench, { topic, stacks: () => [stack()], ...options });
    },
  };
}
