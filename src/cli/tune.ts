import { type Command, InvalidArgumentError } from 'commander';
import type { Tune } from '../client/migration-client.js';
import { parseRun, runText } from '../client/run-ref.js';
import { parseByteRate, parseRecordRate } from '../job/schema/units.js';
import { withClient } from './command.js';
import { type ControlCommandOptions, controlCommand, controlOptions } from './control-options.js';
import { wholeNumber } from './numbers.js';
import { print, printJson } from './output.js';

interface TuneOptions extends ControlCommandOptions {
  readonly rate?: Tune['rate'];
  readonly parallelism?: number;
  readonly errorLimit?: Tune['errorLimit'];
}

export const tuneCommand = (): Command =>
  controlCommand('tune', 'Change the rate, the parallelism or the error limit of a run', [
    'tune orders --rate 5000/s',
    'tune orders --rate 20000/s --rate "20 MiB/s" --parallelism 8',
    'tune orders --rate off',
    'tune orders --error-limit 1000',
  ])
    .option(
      '--rate <rate>',
      'records a second (5000/s), bytes a second ("20 MiB/s"), both (given twice), or "off"',
      rate,
    )
    .option('--parallelism <number>', 'partitions written at once', wholeNumber)
    .option(
      '--error-limit <limit>',
      'dirty records that are allowed: a number, or a part of those read (0.1%)',
      limit,
    )
    .action(async (text: string, options: TuneOptions) => {
      const run = parseRun(text);
      const { rate: changedRate, parallelism, errorLimit } = options;
      const tuning: Tune = {
        ...(changedRate && { rate: changedRate }),
        ...(parallelism !== undefined && { parallelism }),
        ...(errorLimit && { errorLimit }),
      };
      const settings = await withClient({}, (client) => client.tune(run, tuning, controlOptions(options)));
      if (options.json) printJson({ run: runText(run), ...settings });
      else
        print(`Tuned ${runText(run)}. Its report says what was changed: rocketlift report ${runText(run)}`);
    });

function rate(text: string, before: Tune['rate']): Tune['rate'] {
  if (text === 'off') return { records: null, bytes: null };
  const records = parseRecordRate(text);
  if (records !== undefined) return { ...before, records };
  const bytes = parseByteRate(text);
  if (bytes !== undefined) return { ...before, bytes };
  throw new InvalidArgumentError('A rate such as 5000/s, "20 MiB/s" or off.');
}

function limit(text: string, before: Tune['errorLimit']): Tune['errorLimit'] {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  return percent === undefined
    ? { ...before, records: wholeNumber(text) }
    : { ...before, ratio: Number(percent) / 100 };
}
