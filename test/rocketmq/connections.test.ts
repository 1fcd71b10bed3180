import { once } from 'node:events';
import {
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Metadata } from '@grpc/grpc-js';
import { type BaseClient, Endpoints } from 'rocketmq-client-nodejs';
import service from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProxyClient } from '../../src/rocketmq/proxy/client.js';
import { ProxyConnections } from '../../src/rocketmq/proxy/rpc.js';
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

/** A server that speaks HTTP/2, and answers nothing unless told so. */
async function useServer(
  onRequest: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void = () => {},
) {
  const open = new Set<Socket>();
  const seen = { connections: 0 };
  const server = createHttp2Server();
  server.on('connection', (socket: Socket) => {
    seen.connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
  });
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {}).resume();
    onRequest(stream, headers);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, open, seen };
}

const answer = (stream: ServerHttp2Stream) =>
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' },
    { endStream: true },
  );

function connectionsTo(addresses: string) {
  const owner = { getRequestMetadata: () => new Metadata() } as BaseClient;
  const client = new ProxyConnections(owner, quiet);
  const endpoints = new Endpoints(addresses);
  const heartbeat = (timeoutMs = 10_000) =>
    client.heartbeat(endpoints, new service.HeartbeatRequest(), timeoutMs);
  return { client, endpoints, heartbeat };
}

/** gRPC's, of what a server does not know: it has been asked. */
const UNIMPLEMENTED = { code: 12 };

describe('ProxyConnections with several addresses', () => {
  it('goes to one that can be reached, and stays there', async () => {
    const { address, seen } = await useServer(answer);
    const { client, heartbeat } = connectionsTo(`${CLOSED};127.0.0.1:2;${address}`);
    await until(() => heartbeat().catch(({ code }) => code === UNIMPLEMENTED.code));
    for (let request = 0; request < 5; request++)
      await expect(heartbeat()).rejects.toMatchObject(UNIMPLEMENTED);
    expect(seen.connections).toBe(1);
    client.close();
  });

  it('goes on to the next one where one says nothing any more', async () => {
    const silent = await useServer();
    const other = await useServer(answer);
    const { client, heartbeat } = connectionsTo(`${silent.address};${other.address}`);
    await until(() => heartbeat(100).catch(({ code }) => code === UNIMPLEMENTED.code));
    await expect(heartbeat()).rejects.toMatchObject(UNIMPLEMENTED);
    client.close();
  });
});

describe('ProxyConnections by a narrow line', () => {
  it('gives what is large more time as long as something comes by it, and keeps the connection', async () => {
    const times: string[] = [];
    const { address, seen } = await useServer((stream, headers) => {
      times.push(String(headers['grpc-timeout']));
      if (times.length === 3) return answer(stream);
      const pings = setInterval(() => stream.session?.ping(() => {}), 20);
      stream.on('close', () => clearInterval(pings));
    });
    const { client, endpoints } = connectionsTo(address);
    const send = () => client.sendMessage(endpoints, new service.SendMessageRequest(), 500);
    for (const code of [4, 4, 12]) await expect(send()).rejects.toMatchObject({ code });
    const [first, second, third] = times.map((time) => Number.parseInt(time, 10));
    expect(first).toBeLessThanOrEqual(500);
    expect(second).toBeGreaterThan(500);
    expect(third).toBeGreaterThan(1000);
    expect(seen.connections).toBe(1);
    client.close();
  });
});

describe('ProxyConnections that are closed', () => {
  it('leaves no connection to a server that never ends a stream', async () => {
    const { address, open } = await useServer();
    const { client, endpoints } = connectionsTo(address);
    client.telemetry(endpoints, new Metadata()).on('error', () => {});
    await until(async () => open.size === 1);
    client.close();
    await until(async () => open.size === 0);
  });

  it('leaves none that comes about only then', async () => {
    const { address, open, seen } = await useServer();
    const { client, heartbeat } = connectionsTo(address);
    const asked = heartbeat();
    client.close();
    await expect(asked).rejects.toThrow();
    await until(async () => seen.connections === 1 && open.size === 0);
  });
});
