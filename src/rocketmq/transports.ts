import type { Folders } from '../folders/folders.js';
import type { Sink } from '../job/schema/sink.js';
import type { Transport } from './producer.js';
import { type Log, proxyTransport } from './proxy/transport.js';

export type { Log } from './proxy/transport.js';

/** Ways to reach RocketMQ, by the name a job gives them. */
const TRANSPORTS = { proxy: proxyTransport } satisfies Record<Sink['transport'], unknown>;

/** @param folders what this machine allows jobs, for secrets in files */
export function createTransport(sink: Sink, log: Log, folders?: Folders): Transport {
  return TRANSPORTS[sink.transport](sink, log, folders);
}
