import type { Command } from 'commander';
import type { MigrationClient } from '../../client/migration-client.js';
import { type CommonOptions, createCommand, withClient } from '../command.js';
import { print, printJson, warn } from '../output.js';
import { noWorkerText } from '../run-to-end.js';

export const SCHEDULE_HELP = "the job's name";

interface NoteOptions extends CommonOptions {
  readonly note?: string;
}

export const pauseCommand = (): Command =>
  noteCommand(
    'pause',
    'Start no more runs until it is resumed',
    'schedule pause orders --note "stock-taking"',
  )
    .addHelpText('after', '\nA run that goes on is left alone: `rocketlift cancel` ends it.')
    .action((job: string, { json, note }: NoteOptions) =>
      tell(job, { json }, 'paused', (client) => client.pauseSchedule(job, note)),
    );

export const resumeCommand = (): Command =>
  noteCommand(
    'resume',
    'Let a paused schedule start runs again',
    'schedule resume orders --note "all counted"',
  )
    .addHelpText(
      'after',
      '\nTimes that passed in between are left out: `rocketlift schedule backfill` runs them.',
    )
    .action((job: string, { json, note }: NoteOptions) =>
      tell(job, { json }, 'resumed', (client) => client.resumeSchedule(job, note)),
    );

export const triggerCommand = (): Command =>
  scheduleCommandOf('trigger', 'Start a run now, also of a paused schedule', 'schedule trigger orders')
    .addHelpText('after', '\nIts planned time is now. Refused while a run of the job goes on.')
    .action((job: string, { json }: CommonOptions) =>
      withClient({}, async (client) => {
        const { answered, taskQueue, ...triggered } = await client.triggerSchedule(job);
        const { run, reason, ui } = triggered;
        if (json) printJson({ job, triggered: true, ...triggered });
        else {
          const follow = run === undefined ? [] : [`Follow it: rocketlift watch ${run}`];
          const lines = [
            ...(reason === undefined ? [] : [reason]),
            ...follow,
            ...(ui === undefined ? [] : [ui]),
          ];
          print([`Triggered a run of ${job}.`, ...lines].join('\n'));
        }
        if (!answered) warn(noWorkerText(taskQueue));
      }),
    );

export const deleteCommand = (): Command =>
  scheduleCommandOf('delete', 'Remove a schedule', 'schedule delete orders')
    .addHelpText('after', '\nA run that goes on is left alone: `rocketlift cancel` ends it.')
    .action((job: string, { json }: CommonOptions) =>
      tell(job, { json }, 'deleted', (client) => client.deleteSchedule(job)),
    );

const SENTENCES = {
  paused: (job: string) => `Paused the schedule ${job}. A run that goes on is left alone.`,
  resumed: (job: string) => `Resumed the schedule ${job}.`,
  deleted: (job: string) => `Deleted the schedule ${job}. A run that goes on is left alone.`,
};

async function tell(
  job: string,
  { json }: CommonOptions,
  done: keyof typeof SENTENCES,
  work: (client: MigrationClient) => Promise<void>,
): Promise<void> {
  await withClient({}, work);
  if (json) printJson({ job, [done]: true });
  else print(SENTENCES[done](job));
}

const noteCommand = (name: string, summary: string, example: string): Command =>
  scheduleCommandOf(name, summary, example).option('--note <text>', 'why, for those who look at it later');

const scheduleCommandOf = (name: string, summary: string, example: string): Command =>
  createCommand(name, summary, [example]).argument('<name>', SCHEDULE_HELP);
