import { Argument, Command, InvalidArgumentError } from 'commander';
import { ACCOUNTS, variablesFile } from '../dev/accounts.js';
import { MAX_PORT_OFFSET, type ServerName } from '../dev/ports.js';
import { DEFAULT_STATE_DIR, type Stack } from '../dev/stack.js';
import { type CommonOptions, createCommand } from './command.js';
import { EXIT } from './exit.js';
import { wholeNumber } from './numbers.js';
import { print, printJson, say } from './output.js';

const SERVERS: readonly ServerName[] = ['temporal', 'namesrv', 'broker'];

interface DevOptions extends CommonOptions {
  readonly state: string;
}

interface UpOptions extends DevOptions {
  readonly portOffset?: number | 'auto';
  readonly topic?: readonly string[];
  readonly acl?: boolean;
}

interface LogsOptions extends DevOptions {
  readonly lines: number;
}

/**
 * `rocketlift dev …`: a local Temporal and a local RocketMQ, the real ones. What does the work is imported where it is used, so
 * that help comes at once.
 */
export function devCommand(): Command {
  return new Command('dev')
    .description('Start and stop a local Temporal and RocketMQ')
    .addCommand(upCommand())
    .addCommand(statusCommand())
    .addCommand(logsCommand())
    .addCommand(downCommand())
    .addHelpText(
      'after',
      '\nExamples:\n  $ rocketlift dev up\n  $ rocketlift dev status\n  $ rocketlift dev down',
    );
}

function upCommand(): Command {
  return createDevCommand('up', 'Start what does not run yet, and wait until it is ready', [
    'dev up',
    'dev up --topic users events        # beside "orders", which is always there',
    'dev up --topic reminders:DELAY     # of another type than NORMAL',
    'dev up --port-offset auto --json   # free ports where the usual ones are taken',
    'dev up --port-offset 100 --state /tmp/second',
    'dev up --acl --state /tmp/acl      # RocketMQ that asks who you are',
  ])
    .option(
      '--port-offset <n>',
      'number added to every port; "auto": free ports where those are taken',
      portOffset,
    )
    .option(
      '--topic <names...>',
      'topics to create where they are missing; name:DELAY gives another type than NORMAL',
    )
    .option(
      '--acl',
      'RocketMQ with access control (ACL 2.0): an admin, a publisher, and an account that may do nothing',
    )
    .addHelpText('after', UP_NOTES)
    .action(async ({ state, portOffset, topic, acl, json }: UpOptions) => {
      const { up } = await import('../dev/up.js');
      const stack = await up({ stateDir: state, portOffset, topics: topic, acl, onStep: say });
      if (json) return printJson(addresses(stack));
      print(`${table(stack)}${accountsText(stack)}\n\nBoth are ready. End them with "rocketlift dev down".`);
    });
}

const UP_NOTES = `
Ports: Temporal 7233, its UI 8233; RocketMQ's proxy 8081, its name server 9876, its broker 10909 and 10911 to 10913.
The first time, Temporal and RocketMQ are fetched (150 MB) into .rocketlift/cache, or the folder ROCKETLIFT_CACHE.
A second "up" is quick, and brings back a server that has ended in the meantime.`;

function statusCommand(): Command {
  return createDevCommand('status', 'Show where the servers are, and whether they answer', [
    'dev status',
    'dev status --json | jq -r .temporal.address',
  ])
    .addHelpText('after', '\nEnds with 0 when both answer, else with 1.')
    .action(async ({ state, json }: DevOptions) => {
      const { status } = await import('../dev/status.js');
      const seen = await status(state);
      const { temporal = false, rocketmq = false } = seen ?? {};
      const running = temporal && rocketmq;
      process.exitCode = running ? EXIT.done : EXIT.failed;
      if (json) {
        const at = seen && addresses(seen.stack);
        return printJson({
          running,
          temporal: { ...at?.temporal, running: temporal },
          rocketmq: { ...at?.rocketmq, running: rocketmq },
        });
      }
      if (!seen) return print('Nothing is up here. Start both with "rocketlift dev up".');
      const word = (yes: boolean) => (yes ? 'running' : 'not running');
      print(`${table(seen.stack)}\n\nTemporal: ${word(temporal)}. RocketMQ: ${word(rocketmq)}.`);
    });
}

function logsCommand(): Command {
  return createDevCommand('logs', 'Print the end of what the servers have written since they were started', [
    'dev logs',
    'dev logs broker -n 100',
  ])
    .addArgument(new Argument('[server]', 'one of them alone').choices(SERVERS))
    .option('-n, --lines <n>', 'lines of each', wholeNumber, 40)
    .action(async (server: ServerName | undefined, { state, lines, json }: LogsOptions) => {
      const { readLog } = await import('../dev/logs.js');
      const asked = server ? [server] : SERVERS;
      const texts = await Promise.all(asked.map((name) => readLog(name, lines, state)));
      if (json) return printJson(Object.fromEntries(asked.map((name, i) => [name, texts[i] ?? null])));
      for (const [i, name] of asked.entries()) {
        print(`${server ? '' : `── ${name}\n`}${texts[i] ?? '(never started)'}`);
      }
    });
}

function downCommand(): Command {
  return createDevCommand('down', 'End the servers, and wait until they are gone', [
    'dev down',
    'dev down --state /tmp/second',
  ])
    .addHelpText('after', DOWN_NOTES)
    .action(async ({ state, json }: DevOptions) => {
      const { down } = await import('../dev/down.js');
      const ended = await down(state);
      if (json) return printJson({ ended });
      print(ended.length === 0 ? 'Nothing was up.' : `Ended: ${ended.join(', ')}.`);
    });
}

const DOWN_NOTES = `
RocketMQ takes about ten seconds. What the servers stored stays: the next "up" finds runs, topics and messages again.
For a new beginning, remove the folder .rocketlift/stack after "down".`;

function createDevCommand(name: string, summary: string, examples: readonly string[]): Command {
  return createCommand(name, summary, examples).option(
    '--state <dir>',
    'folder that holds what the servers store',
    DEFAULT_STATE_DIR,
  );
}

function portOffset(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const offset = wholeNumber(text);
  if (offset <= MAX_PORT_OFFSET) return offset;
  throw new InvalidArgumentError(`At most ${MAX_PORT_OFFSET}.`);
}

/** The form is a promise to scripts. */
function addresses({ temporal, rocketmq: { endpoints, namesrvAddr, jars, accounts } }: Stack) {
  const files = accounts !== undefined && { accounts: accountFiles(accounts) };
  return { temporal, rocketmq: { endpoints, namesrvAddr, jars, ...files } };
}

/** By account, the file with its two variables. Never what stands in it. */
const accountFiles = (folder: string) =>
  Object.fromEntries(ACCOUNTS.map((name) => [name, variablesFile(folder, name)]));

function accountsText({ rocketmq: { accounts } }: Stack): string {
  if (accounts === undefined) return '';
  const may = { admin: 'may do all', publisher: 'may publish to every topic', nobody: 'may do nothing' };
  const files = ACCOUNTS.map(
    (name) => `${`  ${name}`.padEnd(22)}${variablesFile(accounts, name)} (${may[name]})`,
  );
  return `

RocketMQ asks who you are. Accounts, in files that only you may read:
${files.join('\n')}
Each sets ROCKETMQ_ACCESS_KEY and ROCKETMQ_SECRET_KEY; set them for the worker and for "rocketlift check":
  set -a; . ${variablesFile(accounts, 'publisher')}; set +a
and name them in the job file:
  credentials: { accessKey: "\${env:ROCKETMQ_ACCESS_KEY}", secretKey: "\${env:ROCKETMQ_SECRET_KEY}" }`;
}

function table({ temporal, rocketmq }: Stack): string {
  return [
    `Temporal              ${temporal.address}`,
    `Temporal UI           ${temporal.ui}`,
    `RocketMQ proxy        ${rocketmq.endpoints}`,
    `RocketMQ name server  ${rocketmq.namesrvAddr}`,
  ].join('\n');
}
