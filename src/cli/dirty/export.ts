import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { parseRun, runText } from '../../client/run-ref.js';
import type { DirtyEntry } from '../../dirty/entry.js';
import { userFault } from '../../job/fault.js';
import { type CommonOptions, createCommand, RUN_HELP, withClient } from '../command.js';
import { addSecretsOption, type FolderOptions } from '../folder-options.js';
import { plural } from '../format.js';
import { print, printJson } from '../output.js';
import { keptEntries } from './entries.js';

interface ExportOptions extends CommonOptions, FolderOptions {
  readonly to: string;
}

export const exportCommand = (): Command =>
  addSecretsOption(
    createCommand('export', 'Write the dirty records of a run to a file, to be mended there', [
      'dirty export orders --to dirty.ndjson',
    ]).argument('<run>', RUN_HELP),
  )
    .requiredOption('--to <file>', 'the file, which must not exist')
    .addHelpText(
      'after',
      '\nA line is a JSON object; mend its "raw", the record as it stands in the input, and leave the rest as it is (a record whose\n' +
        '"whole" is false is read again from its source; to send what you wrote instead, set "whole" to true). A line that is removed\n' +
        'is not sent. Then: rocketlift dirty replay orders --records dirty.ndjson',
    )
    .action(async (text: string, options: ExportOptions) => {
      const { to, json } = options;
      const run = parseRun(text);
      const path = resolve(to);
      const { count, missing } = await withClient({}, async (client) => {
        const kept = await keptEntries(client, run, options);
        const count = await write(kept.entries, path);
        return { count, missing: kept.missing(count) };
      });
      const more = missing && { missing: missing.count };
      if (json) printJson({ run: runText(run), file: path, records: count, ...more });
      else {
        print(`Wrote ${plural(count, 'dirty record')} of ${runText(run)} to ${path}.`);
        if (missing) print(`! ${missing.text}`);
      }
    });

async function write(entries: AsyncIterable<DirtyEntry>, path: string): Promise<number> {
  const { readable } = await import('../../replay/entry-text.js');
  let count = 0;
  let unread: unknown;
  async function* lines() {
    try {
      for await (const entry of entries) {
        count++;
        yield `${JSON.stringify(readable(entry))}\n`;
      }
    } catch (error) {
      unread = error;
      throw error;
    }
  }
  try {
    // As private as the store is.
    await pipeline(Readable.from(lines()), createWriteStream(path, { flags: 'wx', mode: 0o640 }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Reading the store may fail as well, which no other path mends.
    if (error === unread || code === undefined || !('syscall' in (error as object))) throw error;
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
