import type { Command } from 'commander';
import { type CommonOptions, createCommand, withClient } from './command.js';
import { number, table } from './format.js';
import { countingNumber } from './numbers.js';
import { print, printJson } from './output.js';

interface ListOptions extends CommonOptions {
  readonly limit: number;
}

export function listCommand(): Command {
  return createCommand('list', 'List the runs of all jobs, the latest first', [
    'list',
    'list --limit 5 --json',
  ])
    .option('--limit <number>', 'runs to list, at most', countingNumber, 20)
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
