import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hasCode } from './errors.js';
import type { Ports, ServerName } from './ports.js';
import type { ProcessRef } from './process.js';
import type { ServerTls } from './server-tls.js';

/** A local Temporal and a local RocketMQ, as the rest of the world sees them. Plain data. */
export interface Stack {
  /** Absolute. */
  readonly stateDir: string;
  readonly ports: Ports;
  readonly temporal: {
    /** `host:port` */
    readonly address: string;
    /** The UI's URL. */
    readonly ui: string;
  };
  readonly rocketmq: {
    /** `host:port` of the proxy. */
    readonly endpoints: string;
    /** `host:port` of the name server. */
    readonly namesrvAddr: string;
    /** `host:port` of the broker, for tools that speak to it directly. */
    readonly brokerAddr: string;
    /** Absolute path of the folder of RocketMQ's jars, so that its own tools can be run. */
    readonly jars: string;
    /** Absolute path of the folder of its accounts, where it has access control. */
    readonly accounts?: string;
  };
}

/** What is kept of a stack between two commands. */
export interface StackState {
  readonly ports: Ports;
  readonly portOffset: number;
  readonly jars: string;
  readonly temporalBinary: string;
  readonly temporalFlags: readonly string[];
  /** Whether RocketMQ lets in only those who are known. */
  readonly acl?: boolean;
  /** What its servers show of themselves, where they do not make that up at their start. */
  readonly tls?: ServerTls | undefined;
  /** Topics that are there when the stack is ready. */
  readonly topics: readonly string[];
  readonly processes: Readonly<Partial<Record<ServerName, ProcessRef>>>;
}

export const DEFAULT_STATE_DIR = '.rocketlift';

/** Where things lie. Everything of a stack is below one folder, so that removing it makes a new beginning. */
export function stackPaths(stateDir: string) {
  const root = join(resolve(stateDir), 'stack');
  return {
    root,
    state: join(root, 'stack.json'),
    lock: join(root, 'lock'),
    logs: join(root, 'logs'),
    temporal: join(root, 'temporal'),
    rocketmq: join(root, 'rocketmq'),
    accounts: join(root, 'accounts'),
  };
}

export type StackPaths = ReturnType<typeof stackPaths>;

export function logFile(paths: StackPaths, server: ServerName): string {
  return join(paths.logs, `${server}.log`);
}

export function toStack(stateDir: string, { ports, jars, acl }: StackState): Stack {
  return {
    stateDir: resolve(stateDir),
    ports,
    temporal: { address: `127.0.0.1:${ports.temporal}`, ui: `http://127.0.0.1:${ports.temporalUi}` },
    rocketmq: {
      endpoints: `127.0.0.1:${ports.proxy}`,
      namesrvAddr: `127.0.0.1:${ports.namesrv}`,
      brokerAddr: `127.0.0.1:${ports.broker}`,
      jars,
      ...(acl && { accounts: stackPaths(stateDir).accounts }),
    },
  };
}

/** @returns undefined where no stack is up */
export async function readState(paths: StackPaths): Promise<StackState | undefined> {
  try {
    return JSON.parse(await readFile(paths.state, 'utf8')) as StackState;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export async function writeState(paths: StackPaths, state: StackState): Promise<void> {
  await mkdir(paths.root, { recursive: true });
  const next = `${paths.state}.next`;
  await writeFile(next, `${JSON.stringify(state, null, 2)}\n`);
  await rename(next, paths.state);
}

export async function removeState(paths: StackPaths): Promise<void> {
  await rm(paths.state, { force: true });
}
