import type { Command } from 'commander';
import { parseRun, runText } from '../../client/run-ref.js';
import type { DirtyEntry } from '../../dirty/entry.js';
import { type CommonOptions, createCommand, RUN_HELP, withClient } from '../command.js';
import { addSecretsOption, type FolderOptions } from '../folder-options.js';
import { number, plural, table } from '../format.js';
import { countingNumber } from '../numbers.js';
import { print, printJson } from '../output.js';
import { keptEntries } from './entries.js';

interface ListOptions extends CommonOptions, FolderOptions {
  readonly limit: number;
}

export const listCommand = (): Command =>
  addSecretsOption(
    createCommand('list', 'List the dirty records of a run, and count them by reason', [
      'dirty list orders',
      'dirty list orders --json | jq ".records[].place"',
    ]).argument('<run>', RUN_HELP),
  )
    .option('--limit <number>', 'records to list, at most', countingNumber, 20)
    .action(async (text: string, options: ListOptions) => {
      const { json, limit } = options;
      const run = parseRun(text);
      await withClient({}, async (client) => {
        const counts = new Map<string, number>();
        const listed: Listed[] = [];
        let total = 0;
        const kept = await keptEntries(client, run, options);
        for await (const entry of kept.entries) {
          total++;
          counts.set(entry.code, (counts.get(entry.code) ?? 0) + 1);
          if (listed.length < limit) listed.push(withoutRecord(entry));
        }
        const byCode = Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
        const missing = kept.missing(total);
        if (json) {
          const more = missing && { missing: missing.count };
          printJson({ run: runText(run), total, ...more, byCode, records: listed });
        } else
          print(
            [listText(runText(run), total, byCode, listed), ...(missing ? [`! ${missing.text}`] : [])].join(
              '\n',
            ),
          );
      });
    });

type Listed = Omit<DirtyEntry, 'raw' | 'rawBase64' | 'encoding' | 'source'>;

/** A list is for an overview, and may be long. */
function withoutRecord({ raw: _, rawBase64: __, encoding: ___, source: ____, ...rest }: DirtyEntry): Listed {
  return rest;
}

function listText(
  run: string,
  total: number,
  byCode: Record<string, number>,
  listed: readonly Listed[],
): string {
  if (total === 0) return `${run} has kept no dirty records.`;
  const more = total - listed.length;
  return [
    `${run} has kept ${plural(total, 'dirty record')}:`,
    table(Object.entries(byCode).map(([code, count]) => [`  ${number(count)}`, code])),
    '',
    table([
      ['ID', 'STAGE', 'PLACE', 'REASON'],
      ...listed.map(({ id, stage, place, message }) => [id, stage, place, message]),
    ]),
    ...(more > 0 ? [`(${number(more)} more: --limit)`] : []),
  ].join('\n');
}
