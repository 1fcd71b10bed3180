import type { Folders } from '../folders/folders.js';
import { type Sink, transportOf } from '../job/schema/sink.js';
import { nameserverTransport } from './nameserver/transport.js';
import type { Transport } from './producer.js';
import { type Log, proxyTransport } from './proxy/transport.js';

export type { Log } from './proxy/transport.js';

/**
 * The way to reach RocketMQ that a job names.
 * @param log takes what the official client of the proxy logs
 * @param folders what this machine allows jobs, for secrets in files
 */
export function createTransport(sink: Sink, log: Log, folders?: Folders): Transport {
  switch (transportOf(sink)) {
    case 'proxy':
      return proxyTransport(sink, log, folders);
    case 'nameserver':
      return nameserverTransport(sink, folders);
  }
}
