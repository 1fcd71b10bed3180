import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { devCommand } from '../../src/cli/dev.js';
import { TEMPORAL_HOLDS, TEMPORAL_VERSION } from '../../src/dev/cache.js';
import { down, endServer, stopRocketmq } from '../../src/dev/down.js';
import { answers, type ServerName } from '../../src/dev/ports.js';
import { isAlive } from '../../src/dev/process.js';
import { queryRoute } from '../../src/dev/route.js';
import { readState, type Stack, stackPaths } from '../../src/dev/stack.js';
import { status } from '../../src/dev/status.js';
import { createTopic, deleteTopic, ensureTopic } from '../../src/dev/topics.js';
import { startRocketmq, up } from '../../src/dev/up.js';

let folder: string;
let stateDir: string;
let stack: Stack;
let another: Stack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rocketlift-'));
  stateDir = join(folder, 'state');
  [stack, another] = await Promise.all([
    up({ stateDir, portOffset: 'auto', topics: ['first'] }),
    up({ stateDir, portOffset: 'auto' }),
  ]);
}, 120_000);

afterAll(async () => {
  await down(stateDir, { signal: 'SIGKILL' });
  await rm(folder, { recursive: true });
});

async function processes() {
  return (await readState(stackPaths(stateDir)))?.processes ?? {};
}

test('the Temporal that is pinned holds the server and the UI that the containers run', async ({ skip }) => {
  const { temporalBinary } = (await readState(stackPaths(stateDir)))!;
  const { stdout } = await promisify(execFile)(temporalBinary, ['--version']);
  skip(!stdout.includes(`temporal version ${TEMPORAL_VERSION} `), 'another Temporal is installed here');
  expect(stdout).toContain(`(Server ${TEMPORAL_HOLDS.server}, UI ${TEMPORAL_HOLDS.ui})`);
});

test('two ups at the same time are one stack, with its topics', async () => {
  expect(another).toEqual(stack);
  for (const topic of ['orders', 'first']) {
    const writable = { readable: true, writable: true };
    expect(await queryRoute(stack.rocketmq.endpoints, topic)).toEqual({ queues: Array(8).fill(writable) });
  }
});

test('another up finds it ready and starts nothing', async () => {
  const before = await processes();
  expect(await up({ stateDir })).toEqual(stack);
  expect(await processes()).toEqual(before);
});

test('runs can carry the search attributes', async () => {
  const connection = await Connection.connect({ address: stack.temporal.address });
  try {
    const { workflow } = new Client({ connection });
    const handle = await workflow.start('any', {
      taskQueue: 'nobody',
      workflowId: 'with-attributes',
      searchAttributes: { RocketliftJob: ['a'], RocketliftDirty: [3] },
    });
    expect((await handle.describe()).searchAttributes).toMatchObject({ RocketliftDirty: [3] });
    await handle.terminate();
  } finally {
    await connection.close();
  }
});

test('status knows where it is and that it answers', async () => {
  expect(await status(stateDir)).toEqual({ stack, temporal: true, rocketmq: true });
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await devCommand().parseAsync(['status', '--json', '--state', stateDir], { from: 'user' });
  const printed = write.mock.calls.join('');
  write.mockRestore();
  const { endpoints, namesrvAddr, jars } = stack.rocketmq;
  expect(JSON.parse(printed)).toEqual({
    running: true,
    temporal: { ...stack.temporal, running: true },
    rocketmq: { endpoints, namesrvAddr, jars, running: true },
  });
});

test('a second stack on the same ports is refused, and names them', async () => {
  const portOffset = stack.ports.temporal - 7233;
  await expect(up({ stateDir: join(folder, 'second'), portOffset })).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining(`${stack.ports.temporal} (wanted by Temporal)`),
    mend: expect.stringContaining('--port-offset auto'),
  });
  await expect(up({ stateDir, portOffset: portOffset + 1 })).rejects.toMatchObject({ code: 'other_ports' });
});

test('topics come and go, as the proxy sees it', async () => {
  const { endpoints } = stack.rocketmq;
  // Asked for before it exists: the proxy remembers that it did not.
  expect(await queryRoute(endpoints, 'read-only')).toBe('no topic');
  await createTopic(stack, 'read-only', { queues: 2, perm: 'read' });
  const readable = { readable: true, writable: false };
  expect(await queryRoute(endpoints, 'read-only')).toEqual({ queues: [readable, readable] });
  await deleteTopic(stack, 'read-only');
  expect(await queryRoute(endpoints, 'read-only')).toBe('no topic');
  await expect(createTopic(stack, 'not a name')).rejects.toMatchObject({
    code: 'topic_refused',
    message: expect.stringContaining('illegal characters'),
  });
  await expect(ensureTopic(stack, 'reminders:LATER')).rejects.toMatchObject({ code: 'topic_name' });
});

test('a server that died is brought back alone, on its port', async () => {
  const before = await processes();
  await endServer(stack, 'temporal', { signal: 'SIGKILL' });
  expect(await status(stateDir)).toMatchObject({ temporal: false, rocketmq: true });
  expect(await up({ stateDir })).toEqual(stack);
  expect(await status(stateDir)).toMatchObject({ temporal: true, rocketmq: true });
  const { temporal, ...others } = await processes();
  expect({ ...others, temporal: before.temporal }).toEqual(before);
  expect(temporal).not.toEqual(before.temporal);
});

test('RocketMQ alone can be stopped and started again, with its topics', async () => {
  await stopRocketmq(stack, { signal: 'SIGKILL' });
  expect(await status(stateDir)).toMatchObject({ temporal: true, rocketmq: false });
  await startRocketmq(stack);
  expect(await status(stateDir)).toMatchObject({ rocketmq: true });
  expect(await queryRoute(stack.rocketmq.endpoints, 'first')).toMatchObject({ queues: { length: 8 } });
});

test('down leaves no process, and no port taken', async () => {
  const before = await processes();
  expect((await down(stateDir)).sort()).toEqual(['broker', 'namesrv', 'temporal']);
  for (const server of ['temporal', 'namesrv', 'broker'] satisfies ServerName[]) {
    expect(await isAlive(before[server]!)).toBe(false);
  }
  for (const port of Object.values(stack.ports)) expect(await answers(port)).toBe(false);
  expect(await status(stateDir)).toBeUndefined();
  expect(await down(stateDir)).toEqual([]);
});
