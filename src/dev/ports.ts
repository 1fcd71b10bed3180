import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { worldFault } from '../job/fault.js';
import { hasCode } from './errors.js';

export type ServerName = 'temporal' | 'namesrv' | 'broker';

/** Every port the stack listens on, by what it is for. Temporal's inner services take free ones by themselves. */
export interface Ports {
  readonly temporal: number;
  readonly temporalUi: number;
  readonly namesrv: number;
  /** The proxy's gRPC port: what clients call the endpoints. */
  readonly proxy: number;
  readonly broker: number;
  /** RocketMQ fixes these two at the broker's port − 2 and + 1. */
  readonly brokerFast: number;
  readonly brokerHa: number;
  /** Usually 8080, which half of all web servers want too; nothing answers there in local mode, so it lies here. */
  readonly proxyRemoting: number;
}

const USES: Record<keyof Ports, { readonly server: ServerName; readonly use: string }> = {
  temporal: { server: 'temporal', use: 'Temporal' },
  temporalUi: { server: 'temporal', use: "Temporal's UI" },
  namesrv: { server: 'namesrv', use: "RocketMQ's name server" },
  proxy: { server: 'broker', use: "RocketMQ's proxy" },
  broker: { server: 'broker', use: "RocketMQ's broker" },
  brokerFast: { server: 'broker', use: "RocketMQ's broker (its second port)" },
  brokerHa: { server: 'broker', use: "RocketMQ's broker (for replicas)" },
  proxyRemoting: { server: 'broker', use: "RocketMQ's proxy (its second port)" },
};

/** Above this the highest port would leave the valid range. */
export const MAX_PORT_OFFSET = 50_000;

/** The default ports, each moved up by `offset`. */
export function portsAt(offset: number): Ports {
  const broker = 10911 + offset;
  return {
    temporal: 7233 + offset,
    temporalUi: 8233 + offset,
    namesrv: 9876 + offset,
    proxy: 8081 + offset,
    broker,
    brokerFast: broker - 2,
    brokerHa: broker + 1,
    proxyRemoting: broker + 2,
  };
}

/**
 * `auto`: the preferred offset where all its ports are free, else one that is. They lie below 32768, where systems
 * begin to give ports to outgoing connections, which could take one between this look and a server's start.
 */
export async function freeOffset(preferred: number): Promise<number> {
  let offset = preferred;
  for (let tries = 0; tries < 100; tries++) {
    if ((await takenPorts(portsAt(offset))).length === 0) return offset;
    offset = randomInt(1_100, 2_000) * 10;
  }
  throw worldFault(
    'no_free_ports',
    'No free ports were found in a hundred tries.',
    'End servers that are no longer needed.',
  );
}

/** Checks that the ports of these servers are free. */
export async function requireFree(ports: Ports, servers: readonly ServerName[]): Promise<void> {
  const taken = (await takenPorts(ports)).filter((key) => servers.includes(USES[key].server));
  if (taken.length === 0) return;
  const list = taken.map((key) => `${ports[key]} (wanted by ${USES[key].use})`).join(', ');
  throw worldFault(
    'port_taken',
    `Another program listens on port${taken.length > 1 ? 's' : ''} ${list}.`,
    'End it, or take other ports with --port-offset auto.',
  );
}

async function takenPorts(ports: Ports): Promise<(keyof Ports)[]> {
  const keys = Object.keys(USES) as (keyof Ports)[];
  const taken = await Promise.all(keys.map((key) => isTaken(ports[key])));
  return keys.filter((_, index) => taken[index]);
}

async function isTaken(port: number): Promise<boolean> {
  // Some systems let a loopback listener stand beside one for all addresses, so binding alone proves nothing.
  return (await answers(port)) || !(await canBind(port));
}

/** Whether something on this machine accepts connections on a port. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch (error) {
    if (hasCode(error, 'ECONNREFUSED') || hasCode(error, 'ECONNRESET')) return false;
    // A listener whose queue is full does not answer in time; it is there all the same.
    if (hasCode(error, 'ABORT_ERR')) return true;
    throw error;
  } finally {
    socket.destroy();
  }
}

async function canBind(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (hasCode(error, 'EADDRINUSE') || hasCode(error, 'EACCES')) return false;
    throw error;
  } finally {
    server.close();
  }
}
