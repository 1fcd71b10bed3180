import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { healthFileAge, MAX_AGE_MS } from '../../src/worker/health.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { json, useCli } from './cli.js';

const cli = useCli();
const { address } = inject('stack').temporal;

interface Health {
  readonly healthy: boolean;
  readonly ageMs?: number;
}

/** A health file of its own, and what the command says of it. */
function healthFile() {
  const path = join(cli.bench.folder, randomUUID());
  const ask = () => cli.run(['health', '--health-file', path, '--json']);
  /** Looks at the file itself meanwhile: a command a look would take all of a processor. */
  const becomes = async (healthy: boolean) => {
    await until(async () => ((await healthFileAge(path)) ?? Infinity) <= MAX_AGE_MS === healthy);
    const result = await ask();
    expect(result.code).toBe(healthy ? 0 : 1);
    return json<Health>(result);
  };
  return { path, ask, becomes };
}

const workers: WorkerProcess[] = [];
afterAll(() => Promise.all(workers.map((worker) => worker.end('SIGKILL'))));

async function startWorker(path: string, temporal = address, processes = 1): Promise<WorkerProcess> {
  const env = { ROCKETLIFT_HEALTH_FILE: path, TEMPORAL_ADDRESS: temporal };
  const worker = await startWorkerProcess(`test-${randomUUID()}`, { env, processes });
  workers.push(worker);
  return worker;
}

/** A way to the Temporal of the tests that can be cut. */
async function cable() {
  const [host, port] = address.split(':');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect({ host, port: Number(port) });
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      // That the other side is gone is what these tests are about.
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}

/** Milliseconds: a worker counts as well for thirty seconds after its last sign of life. */
const PATIENCE = 150_000;

// They mostly wait, on workers of their own.
describe.concurrent('a worker is', { timeout: PATIENCE }, () => {
  it('healthy while it polls, and no longer when it has ended in good order', async () => {
    const file = healthFile();
    expect(json<Health>(await file.ask())).toEqual({ healthy: false });
    const worker = await startWorker(file.path);
    expect(await file.becomes(true)).toEqual({ healthy: true, ageMs: expect.any(Number) });
    await worker.end('SIGTERM');
    expect(worker.child.exitCode).toBe(0);
    expect(json<Health>(await file.ask())).toEqual({ healthy: false });
  });

  it('unhealthy when it hangs, and healthy again when it goes on', async () => {
    const file = healthFile();
    const worker = await startWorker(file.path);
    await file.becomes(true);
    worker.child.kill('SIGSTOP');
    expect(await file.becomes(false)).toEqual({ healthy: false, ageMs: expect.any(Number) });
    worker.child.kill('SIGCONT');
    await file.becomes(true);
  });

  it('unhealthy when one of its processes hangs, and healthy again when that was replaced', async () => {
    const file = healthFile();
    const worker = await startWorker(file.path, address, 2);
    await file.becomes(true);
    process.kill(worker.pids[0], 'SIGSTOP');
    expect(await file.becomes(false)).toEqual({ healthy: false, ageMs: expect.any(Number) });
    process.kill(worker.pids[0], 'SIGKILL');
    await file.becomes(true);
    await worker.end('SIGTERM');
    expect(worker.child.exitCode).toBe(0);
    expect(json<Health>(await file.ask())).toEqual({ healthy: false });
  });

  it('unhealthy when Temporal is gone', async () => {
    const file = healthFile();
    const { address: temporal, cut } = await cable();
    await startWorker(file.path, temporal);
    await file.becomes(true);
    cut();
    expect(await file.becomes(false)).toEqual({ healthy: false, ageMs: expect.any(Number) });
  });
});

describe('a health file', () => {
  it('that can not be written ends the worker, which says why', async () => {
    const path = join(cli.bench.folder, 'no-such-folder', 'health');
    const { code, stderr } = await cli.run(['worker', '--health-file', path]);
    expect(code).toBe(2);
    expect(stderr).toContain(`The health file ${path} can not be written: ENOENT`);
  });

  it('must be named', async () => {
    const result = await cli.run(['health', '--json']);
    expect(result.code).toBe(2);
    expect(json(result)).toMatchObject({ error: { code: 'no_health_file', fault: 'user' } });
  });
});
