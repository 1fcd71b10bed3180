import type { Command } from 'commander';
import { parseRun, runText } from '../client/run-ref.js';
import {
  type CommonOptions,
  createCommand,
  type PatienceOption,
  patienceOption,
  RUN_HELP,
  withClient,
} from './command.js';
import { follow } from './follow.js';

export function watchCommand(): Command {
  return createCommand('watch', 'Follow a run to its end, and print its report', [
    'watch orders',
    'watch orders/0198d3c2-5f0e-7d3a-9a54-0d1f2c3b4a59 --json',
  ])
    .argument('<run>', RUN_HELP)
    .addOption(patienceOption())
    .addHelpText('after', '\nCtrl-C stops watching; the run goes on. Exit codes are those of `run`.')
    .action(async (text: string, { json = false, patience }: CommonOptions & PatienceOption) => {
      const selector = parseRun(text);
      process.exitCode = await withClient({}, (client) =>
        follow(client, selector, {
          json,
          patience,
          onInterrupt: async (view, stopWaiting) => {
            view.say(`The run goes on. Cancel it with: rocketlift cancel ${runText(selector)}`);
            stopWaiting();
          },
        }),
      );
    });
}
