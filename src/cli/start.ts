import type { Command } from 'commander';
import { loadJobFile } from '../client/load-job-file.js';
import { withEndpoints } from '../job/parse.js';
import { createCommand, type QueueOptions, TASK_QUEUE_FLAG, TASK_QUEUE_HELP, withClient } from './command.js';
import { print, printJson, warn } from './output.js';
import { noWorkerText, sayScheduleIgnored } from './run.js';

interface StartOptions extends QueueOptions {
  readonly endpoints?: string;
}

export function startCommand(): Command {
  return createCommand('start', 'Start a job, and leave it to the workers', [
    'start orders.yaml',
    'start orders.yaml --json           # { "workflowId", "runId", "ui" }',
  ])
    .argument('<job>', 'job file')
    .option('--endpoints <address>', 'RocketMQ proxy, instead of sink.endpoints of the job file')
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .action(async (path: string, options: StartOptions) => {
      const written = await loadJobFile(path);
      const job = options.endpoints === undefined ? written : withEndpoints(written, options.endpoints);
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
