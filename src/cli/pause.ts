import type { Command } from 'commander';
import type { MigrationClient } from '../client/migration-client.js';
import { parseRun, type RunSelector, runText } from '../client/run-ref.js';
import { withClient } from './command.js';
import { type ControlCommandOptions, controlCommand, controlOptions } from './control-options.js';
import { print, printJson } from './output.js';

export const pauseCommand = (): Command =>
  controlCommand('pause', 'Drain a run and let it wait', [
    'pause orders',
    'pause orders --by "night shift"',
  ]).action((text: string, options: ControlCommandOptions) =>
    tell(text, options, 'paused', (client, run) => client.pause(run, controlOptions(options))),
  );

export const resumeCommand = (): Command =>
  controlCommand('resume', 'Let a paused run go on', ['resume orders']).action(
    (text: string, options: ControlCommandOptions) =>
      tell(text, options, 'resumed', (client, run) => client.resume(run, controlOptions(options))),
  );

const SENTENCES = {
  paused: (run: string) =>
    `Paused ${run}: nothing is sent any more. Let it go on with: rocketlift resume ${run}`,
  resumed: (run: string) => `Resumed ${run}.`,
};

async function tell(
  text: string,
  { json }: ControlCommandOptions,
  done: keyof typeof SENTENCES,
  work: (client: MigrationClient, run: RunSelector) => Promise<void>,
): Promise<void> {
  const run = parseRun(text);
  await withClient({}, (client) => work(client, run));
  if (json) printJson({ run: runText(run), [done]: true });
  else print(SENTENCES[done](runText(run)));
}
