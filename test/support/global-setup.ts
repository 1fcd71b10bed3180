import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { down } from '../../src/dev/down.js';
import type { Stack } from '../../src/dev/stack.js';
import { up } from '../../src/dev/up.js';
import { MARKER_TOPIC } from './topic-reader.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Temporal and the RocketMQ that all tests share. */
    stack: Stack;
  }
}

/** Events of history after which the test server suggests to continue as new. */
const LONG_HISTORY = 300;

/** Starts the servers once for all tests, on free ports, and takes them down at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stateDir = await mkdtemp(join(tmpdir(), 'rocketlift-test-'));
  // So that runs of a hundred partitions already have to continue as new.
  const temporalFlags = ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${LONG_HISTORY}`];
  const stack = await up({ stateDir, portOffset: 'auto', topics: [MARKER_TOPIC], temporalFlags });
  project.provide('stack', stack);
  return async () => {
    // Nobody needs what is in it: no orderly end, which takes RocketMQ ten seconds.
    await down(stateDir, { signal: 'SIGKILL' });
    await rm(stateDir, { recursive: true, force: true });
  };
}
