import { isAlive } from './process.js';
import { queryRoute } from './route.js';
import { DEFAULT_STATE_DIR, readState, type Stack, stackPaths, toStack } from './stack.js';
import { temporalServes } from './temporal.js';
import { adminOf } from './topics.js';

export interface StackStatus {
  readonly stack: Stack;
  /** Whether Temporal runs and serves. */
  readonly temporal: boolean;
  /** Whether RocketMQ runs and its proxy answers. */
  readonly rocketmq: boolean;
}

/**
 * How a stack is. Takes up to two seconds where a server hangs.
 * @returns undefined where none is up
 */
export async function status(stateDir = DEFAULT_STATE_DIR): Promise<StackStatus | undefined> {
  const state = await readState(stackPaths(stateDir));
  if (!state) return undefined;
  const stack = toStack(stateDir, state);
  const alive = async (server: keyof typeof state.processes) => {
    const target = state.processes[server];
    return target !== undefined && isAlive(target);
  };
  const [temporal, rocketmq] = await Promise.all([
    alive('temporal').then((yes) => yes && temporalServes(stack.ports)),
    Promise.all([alive('namesrv'), alive('broker')]).then(async (both) => {
      if (both.includes(false)) return false;
      const account = await adminOf(stack);
      return (await queryRoute(stack.rocketmq.endpoints, state.topics[0]!, { account })) !== undefined;
    }),
  ]);
  return { stack, temporal, rocketmq };
}
