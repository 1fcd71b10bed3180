import type { Command } from 'commander';
import { parseRun } from '../client/run-ref.js';
import { createCommand, RUN_HELP, TASK_QUEUE_FLAG, TASK_QUEUE_HELP, withClient } from './command.js';
import { BY_HELP, type ControlCommandOptions, controlOptions } from './control-options.js';
import { wholeNumber } from './numbers.js';
import { type RunToEndOptions, runToEnd, withRunOptions } from './run-to-end.js';

interface RetryOptions extends RunToEndOptions, ControlCommandOptions {
  readonly errorLimit?: number;
}

export const retryCommand = (): Command =>
  withRunOptions(
    createCommand('retry', 'Go on with a run that failed or was cancelled, from where it was', [
      'retry orders',
      'retry orders --error-limit 500     # where too many dirty records ended it',
    ]).argument('<run>', RUN_HELP),
  )
    .option(
      '--error-limit <number>',
      'dirty records that are allowed now, in both runs together',
      wholeNumber,
    )
    .option('--by <name>', BY_HELP)
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .action(async (text: string, options: RetryOptions) => {
      const selector = parseRun(text);
      const { errorLimit } = options;
      process.exitCode = await withClient(options, (client) =>
        runToEnd(
          client,
          () =>
            client.retry(selector, {
              ...controlOptions(options),
              ...(errorLimit !== undefined && { errorLimit }),
            }),
          options,
        ),
      );
    });
