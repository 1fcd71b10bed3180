import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { MigrationClient } from '../../client/migration-client.js';
import { parseRun, type RunSelector, runText } from '../../client/run-ref.js';
import { userFault } from '../../job/fault.js';
import { type CommonOptions, createCommand, RUN_HELP, withClient } from '../command.js';
import { plural } from '../format.js';
import { print, printJson } from '../output.js';
import { entriesOf } from './entries.js';

interface ExportOptions extends CommonOptions {
  readonly to: string;
}

export const exportCommand = (): Command =>
  createCommand('export', 'Write the dirty records of a run to a file, to be mended there', [
    'dirty export orders --to dirty.ndjson',
  ])
    .argument('<run>', RUN_HELP)
    .requiredOption('--to <file>', 'the file, which must not exist')
    .addHelpText(
      'after',
      '\nA line is a JSON object; mend its "raw", the record as it stands in the input, and leave the rest as it is (a record whose\n' +
        '"whole" is false is read again from its source; to send what you wrote instead, set "whole" to true). A line that is removed\n' +
        'is not sent. Then: rocketlift dirty replay orders --records dirty.ndjson',
    )
    .action(async (text: string, { to, json }: ExportOptions) => {
      const run = parseRun(text);
      const path = resolve(to);
      const count = await withClient({}, (client) => write(client, run, path));
      if (json) printJson({ run: runText(run), file: path, records: count });
      else print(`Wrote ${plural(count, 'dirty record')} of ${runText(run)} to ${path}.`);
    });

async function write(client: MigrationClient, run: RunSelector, path: string): Promise<number> {
  const { readable } = await import('../../replay/entry-text.js');
  let count = 0;
  async function* lines() {
    for await (const entry of entriesOf(client, run)) {
      count++;
      yield `${JSON.stringify(readable(entry))}\n`;
    }
  }
  try {
    // As private as the store is.
    await pipeline(Readable.from(lines()), createWriteStream(path, { flags: 'wx', mode: 0o640 }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !('syscall' in (error as object))) throw error;
    const why = code === 'EEXIST' ? 'it exists already' : message;
    throw userFault(
      'not_exported',
      `${path} can not be written: ${why}.`,
      'Give another path as --to.',
      error,
    );
  }
  return count;
}
