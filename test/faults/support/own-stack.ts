import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { down } from '../../../src/dev/down.js';
import type { ServerName } from '../../../src/dev/ports.js';
import { readState, type Stack, stackPaths } from '../../../src/dev/stack.js';
import { up } from '../../../src/dev/up.js';
import { MARKER_TOPIC } from '../../support/topic-reader.js';

/** Servers for the tests of one file alone, to be broken; gives them once they are up. */
export function useOwnStack(): () => Stack {
  let folder: string;
  let stack: Stack;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rocketlift-fault-'));
    stack = await up({ stateDir: folder, portOffset: 'auto', topics: [MARKER_TOPIC] });
  });
  afterAll(async () => {
    await down(folder, { signal: 'SIGKILL' });
    await rm(folder, { recursive: true, force: true });
  });
  return () => stack;
}

/** Sends a server a signal that does not end it: SIGSTOP and SIGCONT. */
export async function signalServer(
  stack: Stack,
  server: ServerName,
  signal: 'SIGSTOP' | 'SIGCONT',
): Promise<void> {
  const target = (await readState(stackPaths(stack.stateDir)))?.processes[server];
  if (!target) throw new Error(`the stack has no ${server}`);
  process.kill(-target.pid, signal);
}
