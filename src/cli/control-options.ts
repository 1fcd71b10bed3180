import type { Command } from 'commander';
import {
  type CommonOptions,
  createCommand,
  type PatienceOption,
  patienceOption,
  RUN_HELP,
} from './command.js';

/** What the commands that change a running job have in common. */
export interface ControlCommandOptions extends CommonOptions, PatienceOption {
  readonly by?: string;
}

export const BY_HELP = "who asks, for the report (default: the user's name on this machine)";

/** A command that changes a running job. */
export const controlCommand = (name: string, summary: string, examples: readonly string[]): Command =>
  createCommand(name, summary, examples)
    .argument('<run>', RUN_HELP)
    .option('--by <name>', BY_HELP)
    .addOption(patienceOption('30s'))
    .addHelpText(
      'after',
      '\nEnds with 3 where no worker does it in time; whether it is done later can not be told.',
    );

/** The same in the words of the client. */
export const controlOptions = ({ by, patience }: ControlCommandOptions) => ({
  ...(by !== undefined && { by }),
  ...(patience !== undefined && { patienceMs: patience }),
});
