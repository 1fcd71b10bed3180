import type { Command } from 'commander';
import type { LoadedJob } from '../job/parse.js';
import { createCommand, TASK_QUEUE_FLAG, TASK_QUEUE_HELP, withClient } from './command.js';
import { type EndpointsOption, loadJob, withJobArgument } from './job-argument.js';
import { say } from './output.js';
import { type RunToEndOptions, runToEnd, withRunOptions } from './run-to-end.js';

type RunOptions = RunToEndOptions & EndpointsOption;

export function runCommand(): Command {
  const command = createCommand('run', 'Run a job and wait for its report', [
    'run orders.yaml',
    'run orders.yaml --no-worker        # leave the work to workers that run already',
    'run orders.yaml --json | jq .records',
  ]);
  return withRunOptions(withJobArgument(command))
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .action(async (path: string, options: RunOptions) => {
      process.exitCode = await run(path, options);
    });
}

async function run(path: string, options: RunOptions): Promise<number> {
  const job = await loadJob(path, options);
  sayScheduleIgnored(job, path);
  return await withClient(options, async (client) => {
    // Before the worker: it takes seconds, and would take on work that belongs to others.
    await client.checkNotRunning(job.job.name);
    return await runToEnd(client, () => client.start(job), options);
  });
}

/** A run by hand is one run, now: to standard error, so that nobody waits for the next one. */
export function sayScheduleIgnored({ job: { schedule } }: LoadedJob, path: string): void {
  if (schedule) say(`The schedule in ${path} is ignored: \`rocketlift schedule create ${path}\` uses it.`);
}
