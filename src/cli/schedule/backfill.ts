import { type Command, InvalidArgumentError } from 'commander';
import { type CommonOptions, createCommand, withClient } from '../command.js';
import { plural } from '../format.js';
import { print, printJson } from '../output.js';
import { SCHEDULE_HELP } from './control.js';

interface BackfillOptions extends CommonOptions {
  readonly from: Date;
  readonly to: Date;
}

/** More times than this are cut in the middle; `--json` has all. */
const MAX_TIMES = 20;

export function backfillCommand(): Command {
  return createCommand('backfill', 'Run times that have passed, one after another', [
    'schedule backfill orders --from 2026-01-01 --to 2026-02-01',
    'schedule backfill orders --from 2026-01-01T00:00:00+08:00 --to 2026-01-01T12:00:00+08:00 --json',
  ])
    .argument('<name>', SCHEDULE_HELP)
    .requiredOption('--from <time>', 'the first time, included: ISO 8601, UTC unless it has an offset', time)
    .requiredOption('--to <time>', 'the last time, included; of a date alone, its beginning', time)
    .addHelpText(
      'after',
      '\nMacros stand for the times that were planned. None is left out, whatever the overlap of the schedule.',
    )
    .action(async (job: string, { from, to, json }: BackfillOptions) => {
      const times = await withClient({}, (client) => client.backfillSchedule(job, from, to));
      if (json) return printJson({ job, times });
      const more = times.length - MAX_TIMES;
      const shown =
        more > 0 ? [...times.slice(0, MAX_TIMES - 1), `… ${more} more`, times[times.length - 1]] : times;
      print(
        [
          `${plural(times.length, 'run')} of ${job}, one after another, for:`,
          ...shown.map((text) => `  ${text}`),
        ].join('\n'),
      );
    });
}

/** ISO 8601; without an offset it is UTC, not the time zone of whichever machine this is. */
function time(text: string): Date {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const date = new Date(match ? `${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}` : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError(
      'A time such as 2026-01-31, 2026-01-31T02:00Z or 2026-01-31T02:00:00+08:00.',
    );
  }
  return date;
}
