import type { Command } from 'commander';
import type { PendingActivity } from '../client/activities.js';
import type { RunDescription } from '../client/describe.js';
import type { RunProgress } from '../client/progress.js';
import { parseRun, runText } from '../client/run-ref.js';
import { type CommonOptions, createCommand, RUN_HELP, withClient } from './command.js';
import { number, size, table } from './format.js';
import { print, printJson } from './output.js';
import { phaseText } from './progress-text.js';
import { reportText } from './report-text.js';

export function describeCommand(): Command {
  return createCommand('describe', 'Show how a run is, and what it is doing', [
    'describe orders',
    'describe orders --json | jq .progress.activities',
  ])
    .argument('<run>', RUN_HELP)
    .action(async (text: string, { json = false }: CommonOptions) => {
      const selector = parseRun(text);
      await withClient({}, async (client) => {
        const description = await client.describe(selector);
        if (json) printJson(description);
        else print(descriptionText(description));
      });
    });
}

/** A description for people. */
export function descriptionText(description: RunDescription): string {
  const { run, state, started, ended, taskQueue, ui, progress, report } = description;
  const rows = [
    ['run', runText(run)],
    ['state', state],
    ['started', started],
    ...(ended === undefined ? [] : [['ended', ended]]),
    ['task queue', taskQueue],
    ...(ui === undefined ? [] : [['ui', ui]]),
    ...(progress ? progressRows(progress) : []),
  ];
  const activities = progress?.activities.map(activityText) ?? [];
  return [
    table(rows),
    ...(activities.length > 0 ? ['activities', ...activities] : []),
    ...(report ? ['', reportText(report)] : []),
  ].join('\n');
}

function progressRows(progress: RunProgress): string[][] {
  const { partitions, records, bytes, messages, retries, sourceBytes } = progress;
  const known = `${number(partitions.known)} known${partitions.listed ? '' : ' so far'}`;
  return [
    ['phase', phaseText(progress)],
    ['partitions', `${number(partitions.done)} done, ${number(partitions.running)} running, ${known}`],
    [
      'records',
      `${number(records.read)} read, ${number(records.written)} written, ${number(records.dirty)} dirty`,
    ],
    ['messages', `${number(messages)}, ${size(bytes)}`],
    ['source', `${size(sourceBytes.done)} of ${size(sourceBytes.total)}`],
    ['retries', number(retries)],
  ];
}

function activityText({ type, state, attempt, heartbeat, lastFailure }: PendingActivity): string {
  const of = heartbeat ? ` partition ${heartbeat.partition} of ${heartbeat.input}` : '';
  return [
    `  ${type}${of}: ${state}, attempt ${attempt}`,
    ...(heartbeat
      ? [`    ${number(heartbeat.watermark.records.read)} records up to ${heartbeat.watermark.position}`]
      : []),
    ...(heartbeat?.waitingFor ? [`    waiting: ${heartbeat.waitingFor.message}`] : []),
    ...(lastFailure === undefined ? [] : [`    last failure: ${lastFailure}`]),
  ].join('\n');
}
