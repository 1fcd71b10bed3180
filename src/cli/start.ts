import type { Command } from 'commander';
import { createCommand, type QueueOptions, TASK_QUEUE_FLAG, TASK_QUEUE_HELP, withClient } from './command.js';
import { type EndpointsOption, loadJob, withJobArgument } from './job-argument.js';
import { print, printJson, warn } from './output.js';
import { sayScheduleIgnored } from './run.js';
import { noWorkerText } from './run-to-end.js';

type StartOptions = QueueOptions & EndpointsOption;

export function startCommand(): Command {
  const command = createCommand('start', 'Start a job, and leave it to the workers', [
    'start orders.yaml',
    'start orders.yaml --json           # { "workflowId", "runId", "ui" }',
  ]);
  return withJobArgument(command)
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .action(async (path: string, options: StartOptions) => {
      const job = await loadJob(path, options);
      sayScheduleIgnored(job, path);
      await withClient(options, async (client) => {
        const run = await client.start(job);
        const ui = client.uiLink(run);
        if (options.json) printJson({ ...run, ...(ui !== undefined && { ui }) });
        else print([`${run.workflowId}/${run.runId}`, ...(ui === undefined ? [] : [ui])].join('\n'));
        if (!(await client.hasWorker())) warn(noWorkerText(client.taskQueue));
      });
    });
}
