import type { Command } from 'commander';
import { parseRun, runText } from '../../client/run-ref.js';
import type { DirtyEntry } from '../../dirty/entry.js';
import { userFault } from '../../job/fault.js';
import { type CommonOptions, createCommand, RUN_HELP, withClient } from '../command.js';
import { addSecretsOption, type FolderOptions } from '../folder-options.js';
import { number, table } from '../format.js';
import { print, printJson } from '../output.js';
import { keptEntries } from './entries.js';

export const showCommand = (): Command =>
  addSecretsOption(
    createCommand('show', 'Show a dirty record with its reason, as it stands in the input', [
      'dirty show orders 4Ge7zK1bXqLw-1245680',
    ])
      .argument('<run>', RUN_HELP)
      .argument('<id>', 'its id, as "rocketlift dirty list" shows it'),
  ).action(async (text: string, id: string, options: CommonOptions & FolderOptions) => {
    const run = parseRun(text);
    const { readable } = await import('../../replay/entry-text.js');
    await withClient({}, async (client) => {
      const kept = await keptEntries(client, run, options);
      let found = 0;
      for await (const entry of kept.entries) {
        found++;
        if (entry.id !== id) continue;
        if (options.json) printJson(readable(entry));
        else print(entryText(readable(entry)));
        return;
      }
      const missing = kept.missing(found)?.text;
      throw userFault(
        'no_such_record',
        `The run ${runText(run)} has kept no dirty record with the id ${id}.${missing === undefined ? '' : ` ${missing}`}`,
        'See `rocketlift dirty list` for those it has.',
      );
    });
  });

function entryText(entry: DirtyEntry): string {
  const { id, run, time, place, input, stage, code, message, bytes, whole, raw, rawBase64 } = entry;
  return [
    table([
      ['id', id],
      ['run', run],
      ['found', time],
      ['place', place],
      ['input', input],
      ['stage', stage],
      ['reason', `${message} (${code})`],
      ['bytes', `${number(bytes)}${whole ? '' : ', of which the beginning is kept'}`],
    ]),
    '',
    raw ?? `(in base64, as it is no text)\n${rawBase64 ?? ''}`,
  ].join('\n');
}
