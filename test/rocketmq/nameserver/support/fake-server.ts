import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { frameBytes, splitFrames, type TestFrame } from './frames.js';

/** One end of a connection to a server of a test's own. */
export interface Caller {
  /** Answers a request. @param header its `code`, and more; 0 by default */
  answer(request: TestFrame, header?: Readonly<Record<string, unknown>>, body?: Uint8Array): void;
  /** Writes any bytes. */
  write(bytes: Uint8Array): void;
  /** Ends the connection, behind what was written. */
  end(): void;
}

export type OnRequest = (request: TestFrame, caller: Caller) => void;

/** What a server does with each request; or, with `onConnect`, before any. */
export interface Behaviour {
  readonly onRequest?: OnRequest;
  readonly onConnect?: (caller: Caller) => void;
}

export interface FakeServer {
  /** `host:port` */
  readonly address: string;
  /** All that have come, in their order. */
  readonly requests: readonly TestFrame[];
  /** Connections that were taken. */
  readonly connections: number;
  /** What it does from now on. */
  behave(behaviour: Behaviour): void;
  /** Listens no more, and ends its connections. */
  close(): Promise<void>;
}

/** Makes servers that do as a test says, and that no server of RocketMQ does; they end with the test. */
export function useFakeServers(): (behaviour: Behaviour) => Promise<FakeServer> {
  const servers: FakeServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  return async (behaviour) => {
    const server = await openServer(behaviour);
    servers.push(server);
    return server;
  };
}

async function openServer(first: Behaviour): Promise<FakeServer> {
  let behaviour = first;
  const requests: TestFrame[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    // Clients that give up reset connections.
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    const caller = callerOf(socket);
    let bytes = Buffer.alloc(0);
    behaviour.onConnect?.(caller);
    socket.on('data', (piece) => {
      const { frames, rest } = splitFrames(Buffer.concat([bytes, piece]));
      bytes = Buffer.from(rest);
      for (const frame of frames) {
        requests.push(frame);
        behaviour.onRequest?.(frame, caller);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    requests,
    get connections() {
      return connections;
    },
    behave(next) {
      behaviour = next;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const callerOf = (socket: Socket): Caller => ({
  answer({ header: { opaque } }, header = {}, body) {
    socket.write(frameBytes({ code: 0, flag: 1, opaque, ...header }, body));
  },
  write: (bytes) => void socket.write(bytes),
  end: () => void socket.end(),
});

/** Request codes of RocketMQ (`RequestCode`). */
const ASKED = {
  heartbeat: 34,
  route: 105,
  send: 310,
  sendBatch: 320,
} as const;

/** What a good broker and name server in one answers, with another behaviour for messages that are sent. */
export function rocketmq(
  addresses: () => string | Readonly<Record<string, string>>,
  onSend: OnRequest = takeMessages,
): Behaviour {
  return {
    onRequest(request, caller) {
      const { code, extFields } = request.header as { code: number; extFields?: Record<string, string> };
      if (code === ASKED.route) caller.answer(request, {}, routeTo(addresses()));
      else if (code === ASKED.heartbeat) caller.answer(request);
      else if (code !== ASKED.send && code !== ASKED.sendBatch) caller.answer(request, NOT_SUPPORTED);
      else if (extFields?.e === NO_QUEUE) caller.answer(request, ILLEGAL_QUEUE);
      else onSend(request, caller);
    },
  };
}

const takeMessages: OnRequest = (request, caller) =>
  caller.answer(request, { extFields: { msgId: 'm', queueId: '0', queueOffset: '0' } });

/** As servers answer what they do not know. */
const NOT_SUPPORTED = { code: 3, remark: 'request type not supported' };

/** With which a producer asks whether it may send. */
const NO_QUEUE = String(2 ** 31 - 1);
const ILLEGAL_QUEUE = { code: 29, remark: `request queueId[${NO_QUEUE}] is illegal, ...` };

/** @param addresses of brokers by their names, or of one */
function routeTo(addresses: string | Readonly<Record<string, string>>): Buffer {
  const brokers = Object.entries(typeof addresses === 'string' ? { a: addresses } : addresses);
  const route = {
    queueDatas: brokers.map(([brokerName]) => ({
      ...{ brokerName, readQueueNums: 4, writeQueueNums: 4 },
      ...{ perm: 6, topicSysFlag: 0 },
    })),
    brokerDatas: brokers.map(([brokerName, address]) => ({
      ...{ cluster: 'c', brokerName },
      brokerAddrs: { 0: address },
    })),
  };
  return Buffer.from(JSON.stringify(route));
}
