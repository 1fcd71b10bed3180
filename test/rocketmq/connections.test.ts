import { describe, expect, it } from 'vitest';
import { ProxyClient } from '../../src/rocketmq/proxy/client.js';

/** Nobody listens here. */
const CLOSED = '127.0.0.1:1';

const quiet = { info() {}, warn() {}, error() {} };

const clientOf = () =>
  new ProxyClient({ endpoints: CLOSED, topic: 'orders', requestTimeoutMs: 1000, logger: quiet });

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

  it('is shut down in order although its server is gone', async () => {
    const client = clientOf();
    await expect(client.open()).rejects.toThrow();
    await client.shutdown();
    expect(client.isRunning()).toBe(false);
  });
});
