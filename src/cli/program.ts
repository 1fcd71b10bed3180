import { readFileSync } from 'node:fs';
import { Command } from 'commander';

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command. Only the one that is asked for is loaded, so that help comes at once. */
const COMMANDS: Record<string, Entry> = {
  check: {
    summary: 'Check a job, and all that it needs, without sending anything',
    load: async () => (await import('./check.js')).checkCommand(),
  },
  topics: {
    summary: 'List topics, or describe some, as the servers of RocketMQ see them',
    load: async () => (await import('./topics.js')).topicsCommand(),
  },
  run: {
    summary: 'Run a job and wait for its report',
    load: async () => (await import('./run.js')).runCommand(),
  },
  start: {
    summary: 'Start a job, and leave it to the workers',
    load: async () => (await import('./start.js')).startCommand(),
  },
  watch: {
    summary: 'Follow a run to its end, and print its report',
    load: async () => (await import('./watch.js')).watchCommand(),
  },
  describe: {
    summary: 'Show how a run is, and what it is doing',
    load: async () => (await import('./describe.js')).describeCommand(),
  },
  report: {
    summary: 'Print the report of a run, as far as it is',
    load: async () => (await import('./report.js')).reportCommand(),
  },
  list: {
    summary: 'List the runs of all jobs, the latest first',
    load: async () => (await import('./list.js')).listCommand(),
  },
  cancel: {
    summary: 'Drain and cancel a run, and print its report',
    load: async () => (await import('./cancel.js')).cancelCommand(),
  },
  pause: {
    summary: 'Drain a run and let it wait',
    load: async () => (await import('./pause.js')).pauseCommand(),
  },
  resume: {
    summary: 'Let a paused run go on',
    load: async () => (await import('./pause.js')).resumeCommand(),
  },
  tune: {
    summary: 'Change the rate, the parallelism or the error limit of a run',
    load: async () => (await import('./tune.js')).tuneCommand(),
  },
  decide: {
    summary: 'Decide what becomes of a run that is held at its error limit',
    load: async () => (await import('./decide.js')).decideCommand(),
  },
  retry: {
    summary: 'Go on with a run that failed or was cancelled, from where it was',
    load: async () => (await import('./retry.js')).retryCommand(),
  },
  dirty: {
    summary: 'List, show, export and replay the dirty records of a run',
    load: async () => (await import('./dirty.js')).dirtyCommand(),
  },
  schedule: {
    summary: 'Let jobs run by themselves, at set times',
    load: async () => (await import('./schedule.js')).scheduleCommand(),
  },
  worker: {
    summary: 'Run a worker until it is stopped',
    load: async () => (await import('./worker.js')).workerCommand(),
  },
  health: {
    summary: 'Tell whether a worker on this machine is well',
    load: async () => (await import('./health.js')).healthCommand(),
  },
  'codec-server': {
    summary: 'Let the Temporal UI show what is encrypted in history',
    load: async () => (await import('./codec-server.js')).codecServerCommand(),
  },
  dev: {
    summary: 'Start and stop a local Temporal and RocketMQ',
    load: async () => (await import('./dev.js')).devCommand(),
  },
  schema: {
    summary: 'Print the JSON Schema of job files',
    load: async () => (await import('./schema.js')).schemaCommand(),
  },
};

const FOOTER = `
Exit codes: 0 done, 1 the run failed, 2 wrong use or an invalid job file, 3 Temporal can't be reached or nobody
answers, 4 cancelled, 130 interrupted.
Temporal is found as the \`temporal\` command finds it: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE …
With --json standard output holds one JSON document: what was asked for, or { "error": { code, fault, message, mend } }.`;

/** The program for these arguments. Parsing it throws a `CommanderError` instead of leaving. */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('rocketlift')
    .description('Fill Apache RocketMQ topics from files, as durable Temporal workflows.')
    .version(version())
    .addHelpText('after', FOOTER)
    .showHelpAfterError('(--help shows how)')
    .exitOverride();
  const asked = args.find((arg) => Object.hasOwn(COMMANDS, arg));
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = name === asked ? await load() : new Command(name).description(summary);
    inherit(command, program);
    program.addCommand(command);
  }
  return program;
}

function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) inherit(inner, command);
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
