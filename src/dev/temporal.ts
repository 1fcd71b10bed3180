import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../job/search-attributes.js';
import { answers, type Ports } from './ports.js';
import type { DetachedCommand } from './process.js';
import { logFile, type StackPaths, type StackState } from './stack.js';
import { type WaitOptions, waitUntil } from './wait.js';

const NAMESPACE = 'default';

/** How Temporal's API writes the types of search attributes (temporal.api.enums.v1.IndexedValueType). */
const TYPE_CODE = { Keyword: 2, Int: 3 } as const;

/** The Temporal server with its UI, on loopback only, with its history in a SQLite file. */
export async function temporalCommand(
  paths: StackPaths,
  { ports, temporalBinary, temporalFlags }: StackState,
): Promise<DetachedCommand> {
  await mkdir(paths.temporal, { recursive: true });
  const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  return {
    command: temporalBinary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--port', String(ports.temporal), '--ui-port', String(ports.temporalUi)],
      ...['--db-filename', join(paths.temporal, 'temporal.db')],
      ...attributes,
      ...temporalFlags,
    ],
    cwd: paths.temporal,
    log: logFile(paths, 'temporal'),
  };
}

/**
 * Waits until Temporal serves, has its default namespace and knows our search attributes. (The server registers those it is
 * started with in a new database only; in an older one they are added here.)
 * @returns false when the deadline came first
 */
export async function temporalReady(ports: Ports, options: WaitOptions): Promise<boolean> {
  if (!(await waitUntil(() => answers(ports.temporal), options))) return false;
  const connection = await connect(ports);
  try {
    const look = () => succeeds(connection, () => addSearchAttributes(connection));
    return (await waitUntil(look, options)) ?? false;
  } finally {
    await connection.close();
  }
}

/** Whether Temporal serves, after at most two seconds. */
export async function temporalServes(ports: Ports): Promise<boolean> {
  const connection = await connect(ports);
  try {
    return await succeeds(connection, async () => {});
  } finally {
    await connection.close();
  }
}

async function connect(ports: Ports): Promise<Connection> {
  // Imported late: it takes a third of a second, and not every command needs it.
  const { Connection } = await import('@temporalio/client');
  return Connection.lazy({ address: `127.0.0.1:${ports.temporal}` });
}

async function succeeds(connection: Connection, action: () => Promise<void>): Promise<boolean> {
  const { isGrpcServiceError } = await import('@temporalio/client');
  try {
    await connection.withDeadline(Date.now() + 2_000, async () => {
      await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
      await action();
    });
    return true;
  } catch (error) {
    // Not serving yet, or its namespace is not there yet.
    if (isGrpcServiceError(error)) return false;
    throw error;
  }
}

async function addSearchAttributes(connection: Connection): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: NAMESPACE,
  });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, TYPE_CODE[type]]));
  await connection.operatorService.addSearchAttributes({ namespace: NAMESPACE, searchAttributes });
}
