import type { Command } from 'commander';
import type { Change } from '../../job/difference.js';
import {
  createCommand,
  type QueueOptions,
  TASK_QUEUE_FLAG,
  TASK_QUEUE_HELP,
  withClient,
} from '../command.js';
import { plural } from '../format.js';
import { type EndpointsOption, loadJob, withJobArgument } from '../job-argument.js';
import { print, printJson, warn } from '../output.js';
import { noWorkerText } from '../run-to-end.js';

type ChangeOptions = QueueOptions & EndpointsOption;

interface UpdateOptions extends ChangeOptions {
  readonly dryRun?: boolean;
}

export function createScheduleCommand(): Command {
  return createChangeCommand('create', 'Let a job run by its schedule from now on', [
    'schedule create orders.yaml',
    'schedule create orders.yaml --json # { "job", "next", "ui" }',
  ])
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .action(async (path: string, options: ChangeOptions) => {
      const job = await loadJob(path, options);
      await withClient(options, async (client) => {
        await client.createSchedule(job);
        const { job: name, next, ui } = await client.describeSchedule(job.job.name);
        if (options.json) printJson({ job: name, next, ...(ui !== undefined && { ui }) });
        else {
          const times = next.length === 0 ? ['It has no time in the future.'] : ['Next:', ...next];
          print([`Created the schedule ${name}.`, ...times, ...(ui === undefined ? [] : [ui])].join('\n'));
        }
        if (!(await client.hasWorker())) warn(noWorkerText(client.taskQueue));
      });
    });
}

export function updateScheduleCommand(): Command {
  return createChangeCommand('update', 'Show how a job file differs from its schedule, and apply it', [
    'schedule update orders.yaml --dry-run',
    'schedule update orders.yaml',
    'schedule update orders.yaml --json # { "job", "applied", "changes": [{ "path", "before", "after" }] }',
  ])
    .option('--dry-run', 'only show the difference')
    .option(TASK_QUEUE_FLAG, 'task queue of the workers (default: the one that the schedule has)')
    .addHelpText('after', '\nWhether it is paused, and its note, stay. A run that goes on is left alone.')
    .action(async (path: string, options: UpdateOptions) => {
      const job = await loadJob(path, options);
      const { dryRun = false, taskQueue, json = false } = options;
      await withClient(options, async (client) => {
        const changes = await client.updateSchedule(job, {
          dryRun,
          ...(taskQueue !== undefined && { taskQueue }),
          onDifference: (found) => {
            if (!json) print(found.map(changeText).join('\n'));
          },
        });
        const applied = !dryRun && changes.length > 0;
        if (json) printJson({ job: job.job.name, applied, changes });
        else if (changes.length === 0)
          print(`Nothing to change: the schedule ${job.job.name} is as ${path} says.`);
        else if (applied)
          print(`Updated the schedule ${job.job.name} (${plural(changes.length, 'change')}).`);
        else print('Nothing was applied (--dry-run).');
      });
    });
}

function createChangeCommand(name: string, summary: string, examples: readonly string[]): Command {
  return withJobArgument(createCommand(name, summary, examples), 'job file, with a schedule');
}

/** `source.path: "a" → "b"` */
function changeText({ path, before, after }: Change): string {
  if (before === undefined) return `${path}: added ${JSON.stringify(after)}`;
  if (after === undefined) return `${path}: removed ${JSON.stringify(before)}`;
  return `${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
}
