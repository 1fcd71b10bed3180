import { userFault } from '../job/fault.js';
import { cacheFolder } from './cache.js';
import { requireRoom } from './disk.js';
import { withLock } from './lock.js';
import { freeOffset, portsAt, requireFree, type ServerName } from './ports.js';
import { missingPrerequisites } from './prerequisites.js';
import { endGroup, isAlive } from './process.js';
import { rocketmqJars } from './rocketmq-jars.js';
import type { ServerTls } from './server-tls.js';
import {
  DEFAULT_STATE_DIR,
  readState,
  removeState,
  type Stack,
  type StackPaths,
  type StackState,
  stackPaths,
  writeState,
} from './stack.js';
import { type StartOptions, startServers } from './start.js';
import { temporalBinary } from './temporal-binary.js';
import { parseTopic } from './topics.js';

/** The topic of the demo and of the first steps: always there. */
const DEMO_TOPIC = 'orders';

const SERVERS: readonly ServerName[] = ['temporal', 'namesrv', 'broker'];
const START_TIMEOUT_MS = 120_000;

export interface UpOptions {
  /** Where the stack keeps its state. @default '.rocketlift' in the working directory */
  readonly stateDir?: string;
  /**
   * Added to every default port; `auto` takes the default ports where they are free, and free ones otherwise.
   * @default 0, and for a stack that is partly up the one it has
   */
  readonly portOffset?: number | 'auto';
  /** Topics to create beside {@link DEMO_TOPIC}: type NORMAL, 8 queues. */
  readonly topics?: readonly string[];
  /**
   * RocketMQ with access control (ACL 2.0), and accounts in the folder `stack.rocketmq.accounts`.
   * @default false, and for a stack that is partly up what it has
   */
  readonly acl?: boolean;
  /** Certificates of RocketMQ's servers. @default they make their own, and for a stack that is partly up what it has */
  readonly tls?: ServerTls;
  /** More flags for `temporal server start-dev`, such as `--dynamic-config-value KEY=VALUE`. @default none */
  readonly temporalFlags?: readonly string[];
  /** How long the servers may take to become ready, in milliseconds; downloads don't count. @default 120000 */
  readonly timeoutMs?: number;
  /** Told before something takes long. */
  readonly onStep?: (text: string) => void;
}

/**
 * Brings a local Temporal and a local RocketMQ up and returns when both are ready. They go on when this process ends. A stack
 * that is up already is left as it is; one that has lost a server gets that one back, on its old port.
 */
export async function up(options: UpOptions = {}): Promise<Stack> {
  const { stateDir = DEFAULT_STATE_DIR, timeoutMs = START_TIMEOUT_MS } = options;
  const paths = stackPaths(stateDir);
  return withLock(paths.lock, async () => {
    const before = await readState(paths);
    const missing = await stopped(before);
    const found = missing.length === 0 ? before! : await prepare(paths, before, missing, options);
    requireSameOffset(found, missing, options.portOffset);
    requireSameAccess(found, missing, options.acl);
    for (const topic of options.topics ?? []) parseTopic(topic);
    const topics = [...new Set([DEMO_TOPIC, ...found.topics, ...(options.topics ?? [])])];
    const state = { ...found, topics };
    await writeState(paths, state);
    return startOrUndo({ stateDir, paths, state, missing, withTemporal: true, timeoutMs });
  });
}

/** Starts RocketMQ again after `stopRocketmq`: on the same ports, with the same store. Returns when it is ready. */
export async function startRocketmq(stack: Stack, timeoutMs = START_TIMEOUT_MS): Promise<void> {
  const { stateDir } = stack;
  const paths = stackPaths(stateDir);
  await withLock(paths.lock, async () => {
    const state = await readState(paths);
    if (!state) throw new Error(`No stack is up in ${stateDir}.`);
    const missing = (await stopped(state)).filter((server) => server !== 'temporal');
    await requireFree(state.ports, missing);
    await startOrUndo({ stateDir, paths, state, missing, withTemporal: false, timeoutMs });
  });
}

async function stopped(state: StackState | undefined): Promise<ServerName[]> {
  const gone = await Promise.all(
    SERVERS.map(async (server) => {
      const target = state?.processes[server];
      return !target || !(await isAlive(target));
    }),
  );
  return SERVERS.filter((_, index) => gone[index]);
}

/** Everything that must be there before a server is started. */
async function prepare(
  paths: StackPaths,
  before: StackState | undefined,
  missing: readonly ServerName[],
  { portOffset = 0, temporalFlags, acl = false, tls, onStep = () => {} }: UpOptions,
): Promise<StackState> {
  const problems = await missingPrerequisites();
  if (problems.length > 0) {
    throw userFault('missing_prerequisite', problems.join('\n'), 'Install what is missing and try again.');
  }
  await requireRoom(paths.rocketmq);
  const fetch = { cache: cacheFolder(), onStep };
  const binary = await temporalBinary(fetch);
  const jars = await rocketmqJars(fetch);
  // Last, so that little time passes in which somebody else could take them.
  const fresh = before === undefined || missing.length === SERVERS.length;
  const offset = fresh ? await chooseOffset(before, portOffset) : before.portOffset;
  const ports = portsAt(offset);
  await requireFree(ports, missing);
  return {
    ports,
    portOffset: offset,
    temporalBinary: binary,
    temporalFlags: temporalFlags ?? before?.temporalFlags ?? [],
    jars,
    topics: before?.topics ?? [],
    acl: fresh ? acl : before.acl,
    tls: fresh ? tls : before.tls,
    processes: fresh ? {} : before.processes,
  };
}

/** With `auto`, ports that the stack had before are tried first, so that addresses last where they can. */
async function chooseOffset(before: StackState | undefined, wish: number | 'auto'): Promise<number> {
  return wish === 'auto' ? freeOffset(before?.portOffset ?? 0) : wish;
}

function requireSameOffset(state: StackState, missing: readonly ServerName[], wish?: number | 'auto'): void {
  if (missing.length === SERVERS.length || typeof wish !== 'number' || wish === state.portOffset) return;
  throw userFault(
    'other_ports',
    `This stack is up with port offset ${state.portOffset}, not ${wish}.`,
    'Take it down first with "rocketlift dev down", or keep a second one elsewhere with --state.',
  );
}

/** A broker that runs, or one that is to come back, can't be made to ask who somebody is. */
function requireSameAccess(
  { acl = false }: StackState,
  missing: readonly ServerName[],
  wish?: boolean,
): void {
  if (missing.length === SERVERS.length || wish === undefined || wish === acl) return;
  throw userFault(
    'other_access',
    `This stack is up ${acl ? 'with' : 'without'} access control.`,
    'Take it down first with "rocketlift dev down", or keep a second one elsewhere with --state.',
  );
}

/** A start that fails leaves nothing running that it started. */
async function startOrUndo(options: StartOptions): Promise<Stack> {
  const { paths, missing } = options;
  try {
    return await startServers(options);
  } catch (error) {
    const state = await readState(paths);
    const started = missing.flatMap((server) => state?.processes[server] ?? []);
    // Killed at once: what is not ready yet has nothing to bring home.
    await Promise.all(started.map((target) => endGroup(target, { signal: 'SIGKILL' })));
    if (missing.length === SERVERS.length) await removeState(paths);
    throw error;
  }
}
