import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ProxyClient } from '../../src/rocketmq/proxy/client.js';
import { until } from '../support/until.js';

/** Nobody listens here. */
const CLOSED = '127.0.0.1:1';

const quiet = { info() {}, warn() {}, error() {} };

const clientOf = (endpoints = CLOSED) =>
  new ProxyClient({ endpoints, topic: 'orders', requestTimeoutMs: 1000, logger: quiet });

describe('ProxyClient', () => {
  it('has done with a telemetry stream when the client takes its listeners off it', async () => {
    const client = clientOf();
    const stream = client.createTelemetryStream(client.getEndpoints());
    for (const event of ['data', 'end', 'error']) stream.on(event, () => {});
    stream.removeAllListeners();
    // Listeners that stayed would each renew the stream when it breaks: twice as many every second.
    expect(stream.listenerCount('data')).toBe(0);
    expect(stream.listenerCount('end')).toBe(0);
    expect(stream.listenerCount('error')).toBe(1);
    await client.shutdown();
  });

  it('leads telemetry nowhere once it was shut down', async () => {
    const client = clientOf();
    await client.shutdown();
    const stream = client.createTelemetryStream(client.getEndpoints());
    stream.end();
    await new Promise((resolve) => stream.once('finish', resolve));
  });

  it('makes a new connection where one has said nothing twice, and lets go of the old one', async () => {
    const open = new Set<Socket>();
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      open.add(socket);
      socket.on('close', () => open.delete(socket)).on('error', () => {});
      socket.resume();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const client = clientOf(`127.0.0.1:${port}`);
    for (let request = 0; request < 6; request++) await expect(client.route()).rejects.toThrow(/eadline/);
    expect(connections).toBe(3);
    await until(async () => open.size <= 1);
    await client.shutdown();
    for (const socket of open) socket.destroy();
    server.close();
  });

  it('is shut down in order although its server is gone', async () => {
    const client = clientOf();
    await expect(client.open()).rejects.toThrow();
    await client.shutdown();
    expect(client.isRunning()).toBe(false);
  });
});
