import type { Command } from 'commander';
import { parseRun } from '../client/run-ref.js';
import { type CommonOptions, createCommand, RUN_HELP, withClient } from './command.js';
import { printReport } from './follow.js';

export function reportCommand(): Command {
  return createCommand('report', 'Print the report of a run, as far as it is', [
    'report orders',
    'report orders --json | jq .records.dirty',
  ])
    .argument('<run>', RUN_HELP)
    .action(async (text: string, { json = false }: CommonOptions) => {
      const selector = parseRun(text);
      await withClient({}, async (client) => printReport(await client.report(selector), json));
    });
}
