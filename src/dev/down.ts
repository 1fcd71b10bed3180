import { userFault } from '../job/fault.js';
import { withLock } from './lock.js';
import type { ServerName } from './ports.js';
import { endGroup, type ProcessRef } from './process.js';
import { DEFAULT_STATE_DIR, readState, removeState, type Stack, stackPaths } from './stack.js';

export interface EndOptions {
  /**
   * SIGTERM lets servers end in order, which takes RocketMQ about ten seconds. SIGKILL is for faults in tests, and for stacks
   * whose state is thrown away.
   * @default 'SIGTERM'
   */
  readonly signal?: 'SIGTERM' | 'SIGKILL';
  /** After that many milliseconds a server that has not ended is killed. @default 30000 */
  readonly timeoutMs?: number;
}

type Processes = Readonly<Partial<Record<ServerName, ProcessRef>>>;

/**
 * Ends all servers of a stack and waits until they are gone. What they stored stays.
 * @returns the servers that were ended; empty where nothing was up
 */
export async function down(stateDir = DEFAULT_STATE_DIR, options: EndOptions = {}): Promise<ServerName[]> {
  const paths = stackPaths(stateDir);
  // Nothing was ever up here: make no folder either.
  if (!(await readState(paths))) return [];
  return withLock(paths.lock, async () => {
    const processes = (await readState(paths))?.processes ?? {};
    const [temporal, rocketmq] = await Promise.all([
      end(processes, 'temporal', options),
      endRocketmq(processes, options),
    ]);
    await removeState(paths);
    return [...temporal, ...rocketmq];
  });
}

/** Ends name server and broker alone, for tests of what a job does without them. `startRocketmq` brings them back. */
export async function stopRocketmq(stack: Stack, options: EndOptions = {}): Promise<void> {
  await withProcesses(stack, (processes) => endRocketmq(processes, options));
}

/** Ends one server and waits until it is gone. The stack's next `up` starts it again. */
export async function endServer(stack: Stack, server: ServerName, options: EndOptions = {}): Promise<void> {
  await withProcesses(stack, (processes) => end(processes, server, options));
}

async function withProcesses(
  stack: Stack,
  action: (processes: Processes) => Promise<unknown>,
): Promise<void> {
  const paths = stackPaths(stack.stateDir);
  await withLock(paths.lock, async () => {
    const state = await readState(paths);
    if (!state) throw userFault('not_up', `No stack is up in ${stack.stateDir}.`, 'Run "rocketlift dev up".');
    await action(state.processes);
  });
}

async function endRocketmq(processes: Processes, options: EndOptions): Promise<ServerName[]> {
  const broker = await end(processes, 'broker', options);
  // The name server keeps nothing that its brokers do not tell it again, and its own way out takes five seconds.
  const namesrv = await end(processes, 'namesrv', { ...options, signal: 'SIGKILL' });
  return [...broker, ...namesrv];
}

async function end(processes: Processes, server: ServerName, options: EndOptions): Promise<ServerName[]> {
  const target = processes[server];
  return target && (await endGroup(target, options)) ? [server] : [];
}
