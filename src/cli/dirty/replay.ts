import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadJobFile } from '../../client/load-job-file.js';
import { parseRun } from '../../client/run-ref.js';
import { createCommand, RUN_HELP, TASK_QUEUE_FLAG, TASK_QUEUE_HELP, withClient } from '../command.js';
import { type RunToEndOptions, runToEnd, withRunOptions } from '../run-to-end.js';

interface ReplayOptions extends RunToEndOptions {
  readonly job?: string;
  readonly records?: string;
}

export const replayCommand = (): Command =>
  withRunOptions(
    createCommand('replay', 'Send the dirty records of a run, after they or the job were mended', [
      'dirty replay orders --job orders.yaml            # its columns were mended',
      'dirty replay orders --records dirty.ndjson       # the records were, in what "dirty export" wrote',
    ]).argument('<run>', RUN_HELP),
  )
    .option('--job <file>', 'the job with what was mended in it (default: the job of the run)')
    .option('--records <file>', 'the records as they were exported and mended (default: those that are kept)')
    .option(TASK_QUEUE_FLAG, TASK_QUEUE_HELP)
    .addHelpText(
      'after',
      '\nA run of its own, NAME.replay, whose messages have the same record ids; its report and that of the first add up. What is\n' +
        'still dirty is kept again, as its own: rocketlift dirty list NAME.replay',
    )
    .action(async (text: string, options: ReplayOptions) => {
      const selector = parseRun(text);
      const { job: path, records } = options;
      const job = path === undefined ? undefined : await loadJobFile(path);
      process.exitCode = await withClient(options, (client) =>
        runToEnd(
          client,
          () =>
            client.replay(selector, {
              ...(job && { job }),
              ...(records !== undefined && { records: resolve(records) }),
            }),
          options,
        ),
      );
    });
