import { Argument, type Command } from 'commander';
import type { Decide } from '../client/migration-client.js';
import { parseRun, runText } from '../client/run-ref.js';
import { withClient } from './command.js';
import { type ControlCommandOptions, controlCommand, controlOptions } from './control-options.js';
import { wholeNumber } from './numbers.js';
import { print, printJson } from './output.js';

interface DecideOptions extends ControlCommandOptions {
  readonly records?: number;
}

const SENTENCES: Record<Decide['decision'], string> = {
  continue: 'It goes on, without an error limit.',
  raise: 'It goes on, with the limit that was given.',
  abort: 'It fails, and keeps what it has written.',
};

export const decideCommand = (): Command =>
  controlCommand('decide', 'Decide what becomes of a run that is held at its error limit', [
    'decide orders continue',
    'decide orders raise --records 5000',
    'decide orders abort',
  ])
    .addArgument(
      new Argument('<decision>', 'continue without a limit, raise it, or abort the run').choices(
        Object.keys(SENTENCES),
      ),
    )
    .option('--records <number>', 'dirty records that are allowed in all, for raise', wholeNumber)
    .action(async (text: string, decision: Decide['decision'], options: DecideOptions) => {
      const run = parseRun(text);
      const { records } = options;
      const decide: Decide = { decision, ...(records !== undefined && { records }) };
      await withClient({}, (client) => client.decide(run, decide, controlOptions(options)));
      if (options.json) printJson({ run: runText(run), ...decide });
      else print(`Decided for ${runText(run)}: ${decision}. ${SENTENCES[decision]}`);
    });
