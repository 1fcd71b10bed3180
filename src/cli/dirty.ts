import { Command } from 'commander';
import { exportCommand } from './dirty/export.js';
import { listCommand } from './dirty/list.js';
import { replayCommand } from './dirty/replay.js';
import { showCommand } from './dirty/show.js';

/** `rocketlift dirty …`: the records that a run could not send, and has kept. */
export function dirtyCommand(): Command {
  return new Command('dirty')
    .description('List, show, export and replay the dirty records of a run (dirty.mode: keep)')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(exportCommand())
    .addCommand(replayCommand())
    .addHelpText(
      'after',
      '\nExamples:\n  $ rocketlift dirty list orders\n  $ rocketlift dirty export orders --to dirty.ndjson\n' +
        '  $ rocketlift dirty replay orders --records dirty.ndjson',
    );
}
