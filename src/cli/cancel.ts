import type { Command } from 'commander';
import type { MigrationClient } from '../client/migration-client.js';
import { parseRun, type RunSelector, runText } from '../client/run-ref.js';
import {
  type CommonOptions,
  createCommand,
  type PatienceOption,
  patienceOption,
  RUN_HELP,
  withClient,
} from './command.js';
import { BY_HELP } from './control-options.js';
import { EXIT, exitOfCancel } from './exit.js';
import { follow } from './follow.js';
import { print, printJson } from './output.js';

interface CancelOptions extends CommonOptions, PatienceOption {
  readonly wait: boolean;
  readonly now?: boolean;
  readonly by?: string;
}

export function cancelCommand(): Command {
  return createCommand('cancel', 'Drain and cancel a run, and print its report', [
    'cancel orders',
    'cancel orders --no-wait',
    'cancel orders --now                # terminate it: nothing drains, and it can not be retried',
  ])
    .argument('<run>', RUN_HELP)
    .option('--no-wait', 'only ask for it')
    .option('--now', 'end it at once, without draining')
    .option('--by <name>', BY_HELP)
    .addOption(patienceOption())
    .action(async (text: string, options: CancelOptions) => {
      const selector = parseRun(text);
      process.exitCode = await withClient({}, (client) => cancel(client, selector, options));
    });
}

async function cancel(
  client: MigrationClient,
  selector: RunSelector,
  options: CancelOptions,
): Promise<number> {
  const { json = false, wait, patience, now = false, by } = options;
  const run = await client.cancel(selector, { now, ...(by !== undefined && { by }) });
  if (!wait) {
    if (json) printJson(run);
    else print(`Asked ${runText(run)} to end.`);
    return EXIT.done;
  }
  const code = await follow(client, run, {
    json,
    patience,
    onInterrupt: async (view, stopWaiting) => {
      view.say('The run is being cancelled all the same.');
      stopWaiting();
    },
  });
  return exitOfCancel(code, now);
}
