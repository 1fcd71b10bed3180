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

/** Starts the servers once for all tests, on free ports, and takes them down at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stateDir = await mkdtemp(join(tmpdir(), 'rocketlift-test-'));
  const stack = await up({ stateDir, portOffset: 'auto', topics: [MARKER_TOPIC] });
  project.provide('stack', stack);
  return async () => {
    await down(stateDir);
    await rm(stateDir, { recursive: true, force: true });
  };
}
