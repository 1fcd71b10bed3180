import type { Command } from 'commander';
import type { ScheduleDetails } from '../../client/schedules/describe.js';
import type { ScheduleListing } from '../../client/schedules/list.js';
import type { ScheduledRun } from '../../client/schedules/runs.js';
import { type CommonOptions, createCommand, withClient } from '../command.js';
import { duration, number, table } from '../format.js';
import { print, printJson } from '../output.js';
import { SCHEDULE_HELP } from './control.js';

export function listSchedulesCommand(): Command {
  return createCommand('list', 'List the schedules, their next times, and how the last run ended', [
    'schedule list',
    'schedule list --json | jq ".[] | select(.last.state == \\"failed\\")"',
  ]).action(async ({ json }: CommonOptions) => {
    const schedules = await withClient({}, (client) => client.listSchedules());
    if (json) printJson(schedules);
    else if (schedules.length === 0) print('No schedules.');
    else print(table([['STATE', 'NEXT', 'LAST RUN', 'JOB', 'NOTE'], ...schedules.map(listRow)]));
  });
}

export function describeScheduleCommand(): Command {
  return createCommand('describe', 'Show a schedule, its job and its latest runs', [
    'schedule describe orders',
    'schedule describe orders --json | jq .document',
  ])
    .argument('<name>', SCHEDULE_HELP)
    .action(async (job: string, { json }: CommonOptions) => {
      const details = await withClient({}, (client) => client.describeSchedule(job));
      if (json) printJson(details);
      else print(detailsText(details));
    });
}

function listRow({ job, state, note, next, last }: ScheduleListing): string[] {
  return [state, nextText(next.slice(0, 1), state), last ? runText(last) : 'none yet', job, note ?? ''];
}

const nextText = (next: readonly string[], state: ScheduleListing['state']): string =>
  next.join(', ') || (state === 'paused' ? 'none while paused' : 'never');

/** How a run ended and when, or how it is. */
const runText = ({ state, started, ended }: ScheduledRun): string =>
  state === 'unknown'
    ? `no longer known, started ${started}`
    : ended === undefined
      ? `${state} since ${started}`
      : `${state} ${ended}`;

function detailsText(details: ScheduleDetails): string {
  const { job, state, note, next, schedule, taskQueue, leftOut, buffered, runs, ui, document } = details;
  const { cron, timezone, overlap, catchUp, jitter, pauseOnFailure } = schedule;
  const rows = [
    ['job', job],
    ['state', note === undefined ? state : `${state}: ${note}`],
    ['cron', `${typeof cron === 'string' ? cron : cron.join('; ')} (${timezone})`],
    ['next', nextText(next, state)],
    ['overlap', overlap],
    ['catch-up', duration(catchUp)],
    ['jitter', jitter === 0 ? 'none' : duration(jitter)],
    ['failure', pauseOnFailure ? 'pauses it' : 'does not pause it'],
    [
      'left out',
      `${number(leftOut.overlap)} by overlap, ${number(leftOut.catchUp)} too late, ${number(leftOut.buffer)} as too many waited`,
    ],
    ['buffered', number(buffered)],
    ['task queue', taskQueue],
    ...(ui === undefined ? [] : [['ui', ui]]),
  ];
  return [
    table(rows),
    ...(runs.length === 0 ? [] : ['runs', ...runs.map(runLines)]),
    'document',
    JSON.stringify(document, null, 2).replace(/^/gm, '  '),
  ].join('\n');
}

function runLines(run: ScheduledRun): string {
  return [
    `  ${run.planned}: ${runText(run)}`,
    ...(run.reason === undefined ? [] : [`    ${run.reason}`]),
    ...(run.run === undefined ? [] : [`    ${run.run}`]),
    ...(run.ui === undefined ? [] : [`    ${run.ui}`]),
  ].join('\n');
}
