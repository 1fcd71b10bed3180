import { Command } from 'commander';
import { backfillCommand } from './schedule/backfill.js';
import { createScheduleCommand, updateScheduleCommand } from './schedule/change.js';
import { deleteCommand, pauseCommand, resumeCommand, triggerCommand } from './schedule/control.js';
import { describeScheduleCommand, listSchedulesCommand } from './schedule/show.js';

/** `rocketlift schedule …`: jobs that run by themselves. A schedule has the name of its job. */
export function scheduleCommand(): Command {
  return new Command('schedule')
    .description('Let jobs run by themselves, at set times')
    .addCommand(createScheduleCommand())
    .addCommand(updateScheduleCommand())
    .addCommand(listSchedulesCommand())
    .addCommand(describeScheduleCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(triggerCommand())
    .addCommand(backfillCommand())
    .addCommand(deleteCommand())
    .addHelpText(
      'after',
      '\nExamples:\n  $ rocketlift schedule create orders.yaml\n  $ rocketlift schedule list\n' +
        '  $ rocketlift schedule pause orders --note "stock-taking"',
    );
}
