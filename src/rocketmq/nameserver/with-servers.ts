import type { Folders } from '../../folders/folders.js';
import { openWithin } from '../open-within.js';
import type { OpenOptions } from '../producer.js';
import { RemotingError } from './remoting-error.js';
import { openServers, type Servers, type ServersSink } from './servers.js';

/** Which servers, and who asks. */
export interface Access {
  readonly sink: ServersSink;
  /** What this machine allows jobs, for secrets in files. @default no files */
  readonly folders?: Folders | undefined;
}

/**
 * Asks servers something, again while the world's faults are in the way and there is time.
 * @throws SinkFault; the signal's reason
 */
export async function withServers<T>(
  { sink, folders }: Access,
  options: OpenOptions,
  work: (servers: Servers) => Promise<T>,
): Promise<T> {
  const servers = await openServers(sink, folders, options);
  const late = new RemotingError('timeout', 'no answer in time');
  try {
    return await openWithin(() => work(servers), late, servers.context, options);
  } finally {
    servers.connections.close();
  }
}
