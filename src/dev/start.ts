import { mkdir, readFile } from 'node:fs/promises';
import { type Fault, worldFault } from '../job/fault.js';
import type { ServerName } from './ports.js';
import { isAlive, startDetached } from './process.js';
import { brokerReady, namesrvReady, rocketmqCommands } from './rocketmq.js';
import { lastLines } from './run.js';
import { logFile, type Stack, type StackPaths, type StackState, toStack, writeState } from './stack.js';
import { temporalCommand, temporalReady } from './temporal.js';
import { together, type WaitOptions } from './wait.js';

export interface StartOptions {
  readonly stateDir: string;
  readonly paths: StackPaths;
  readonly state: StackState;
  /** Servers that don't run yet. */
  readonly missing: readonly ServerName[];
  /** Whether Temporal is wanted too, or RocketMQ alone. */
  readonly withTemporal: boolean;
  /** How long it may take until all are ready, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Starts the servers that are missing and waits until all that are wanted are ready. Each is on record as soon as it is started,
 * so that `down` finds it whatever happens next.
 * @throws a fault with the last lines of its log when a server ends while starting, or is not ready in time
 */
export async function startServers(options: StartOptions): Promise<Stack> {
  const { stateDir, paths, missing, withTemporal, timeoutMs } = options;
  const { ports, topics } = options.state;
  const stack = toStack(stateDir, options.state);
  const deadline = Date.now() + timeoutMs;
  await mkdir(paths.logs, { recursive: true });
  const commands = {
    temporal: await temporalCommand(paths, options.state),
    ...(await rocketmqCommands(paths, options.state)),
  };
  let state = options.state;

  async function start(server: ServerName): Promise<void> {
    if (!missing.includes(server)) return;
    const started = await startDetached(commands[server]);
    state = { ...state, processes: { ...state.processes, [server]: started } };
    await writeState(paths, state);
  }

  async function requireAlive(server: ServerName): Promise<void> {
    const target = state.processes[server];
    if (!target || !(await isAlive(target)))
      throw await notReady(paths, server, 'ended while it was starting');
  }

  async function ready(
    server: ServerName,
    signal: AbortSignal,
    look: (wait: WaitOptions) => Promise<boolean>,
  ) {
    const check = () => requireAlive(server);
    if (await look({ deadline, signal, check })) return check();
    throw await notReady(paths, server, `was not ready within ${timeoutMs / 1000} s`);
  }

  if (withTemporal) await start('temporal');
  await start('namesrv');
  await together(
    async (signal) => {
      if (withTemporal) await ready('temporal', signal, (wait) => temporalReady(ports, wait));
    },
    async (signal) => {
      // A broker that finds no name server tries again only after ten seconds: it comes second.
      await ready('namesrv', signal, (wait) => namesrvReady(ports, wait));
      await start('broker');
      await ready('broker', signal, (wait) => brokerReady(stack, topics, wait));
    },
  );
  return stack;
}

const TITLES: Record<ServerName, string> = {
  temporal: 'The Temporal server',
  namesrv: "RocketMQ's name server",
  broker: "RocketMQ's broker",
};

async function notReady(paths: StackPaths, server: ServerName, what: string): Promise<Fault> {
  const log = logFile(paths, server);
  const end = lastLines(await readFile(log, 'utf8'), 20) || '(nothing)';
  return worldFault(
    'server_not_ready',
    `${TITLES[server]} ${what}. The end of its log:\n${end}`,
    `Mend what it says and try again. The whole log is ${log}.`,
  );
}
