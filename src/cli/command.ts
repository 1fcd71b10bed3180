import { Command, InvalidArgumentError, Option } from 'commander';
import type { MigrationClient } from '../client/migration-client.js';
import { parseDuration } from '../job/schema/units.js';

/** What every command may be asked for. */
export interface CommonOptions {
  readonly json?: boolean;
}

export interface QueueOptions extends CommonOptions {
  readonly taskQueue?: string;
}

/** A command with what all of them have: `--json`, and examples under its help. */
export function createCommand(name: string, summary: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ rocketlift ${example}`).join('\n');
  return new Command(name)
    .description(summary)
    .option('--json', 'print JSON on standard output, and nothing else there')
    .addHelpText('after', `\nExamples:\n${lines}`);
}

export const TASK_QUEUE_FLAG = '--task-queue <name>';
export const TASK_QUEUE_HELP = 'task queue of the workers (default: "rocketlift")';
export const RUN_HELP = "a job's name (its latest run), or workflowId/runId";

export interface PatienceOption {
  /** Milliseconds. */
  readonly patience?: number;
}

/** `--patience`, for commands that wait for a run. */
export function patienceOption(usual = '60s'): Option {
  return new Option(
    '--patience <duration>',
    `how long to wait while no server or worker answers (default: "${usual}")`,
  ).argParser((text) => {
    const ms = parseDuration(text);
    if (ms === undefined) throw new InvalidArgumentError('A duration such as 30s or 5m.');
    return ms;
  });
}

/** `--health-file`, which the environment can set for a worker and for whoever looks at it. */
export function healthFileOption(help: string): Option {
  return new Option('--health-file <path>', help).env('ROCKETLIFT_HEALTH_FILE');
}

/** The task queue of an option, or the usual one. */
export async function taskQueueOf({ taskQueue }: QueueOptions): Promise<string> {
  if (taskQueue !== undefined) return taskQueue;
  const { TASK_QUEUE } = await import('../workflows/definitions.js');
  return TASK_QUEUE;
}

/** Connects, does the work, closes. The client is loaded only here: it takes a third of a second. */
export async function withClient<T>(
  options: QueueOptions,
  work: (client: MigrationClient) => Promise<T>,
): Promise<T> {
  const { MigrationClient } = await import('../client/migration-client.js');
  const client = await MigrationClient.connect({ taskQueue: await taskQueueOf(options) });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
