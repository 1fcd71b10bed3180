import { type Command, InvalidArgumentError } from 'commander';
import { type CommonOptions, createCommand, withClient } from './command.js';
import { number, table } from './format.js';
import { print, printJson } from './output.js';

interface ListOptions extends CommonOptions {
  readonly limit: number;
}

export function listCommand(): Command {
  return createCommand('list', 'List the runs of all jobs, the latest first', [
    'list',
    'list --limit 5 --json',
  ])
    .option('--limit <number>', 'runs to list, at most', wholeNumber, 20)
    .action(async ({ json, limit }: ListOptions) => {
      await withClient({}, async (client) => {
        const runs = await client.list({ limit });
        if (json) printJson(runs);
        else if (runs.length === 0) print('No runs.');
        else {
          print(
            table([
              ['STATE', 'STARTED', 'READ', 'WRITTEN', 'DIRTY', 'RUN'],
              ...runs.map(({ state, started, records, run }) => [
                state,
                started,
                number(records.read),
                number(records.written),
                number(records.dirty),
                run,
              ]),
            ]),
          );
        }
      });
    });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number, 1 or more');
  return Number(text);
}
