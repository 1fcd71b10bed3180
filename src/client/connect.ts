import { Client, Connection } from '@temporalio/client';
import { lenient } from '../codec/lenient.js';
import { PayloadEncryption } from '../codec/payload-encryption.js';
import { TASK_QUEUE } from '../workflows/definitions.js';
import { temporalFault, unreachable } from './rpc.js';
import type { Session } from './session.js';
import { temporalConfig } from './temporal-config.js';

export interface ConnectOptions {
  /** Profile in the configuration file. @default TEMPORAL_PROFILE, or `default` */
  readonly profile?: string;
  /** Configuration file of the `temporal` CLI. @default TEMPORAL_CONFIG_FILE, or the CLI's own place */
  readonly configFile?: string;
  /** Task queue that runs are started on. @default `rocketlift` */
  readonly taskQueue?: string;
  /** Milliseconds until a server that does not answer counts as unreachable. @default 5000 */
  readonly timeoutMs?: number;
}

const DEFAULT_ADDRESS = 'localhost:7233';

/**
 * Connects as the `temporal` CLI does: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS… and its
 * profiles.
 * Encrypts what it sends where the environment has a key.
 * @throws Fault `temporal_config`, `codec_key_invalid` (user's) or `temporal_unreachable` (world's)
 */
export async function connect(options: ConnectOptions = {}): Promise<Session> {
  const { connectionOptions, namespace = 'default' } = temporalConfig({
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(options.configFile !== undefined && { configSource: { path: options.configFile } }),
  });
  const { address = DEFAULT_ADDRESS, apiKey, tls, metadata } = connectionOptions;
  const connectTimeout = options.timeoutMs ?? 5_000;
  const codec = new PayloadEncryption();
  let connection: Connection | undefined;
  try {
    connection = Connection.lazy({ address, apiKey, tls, metadata, connectTimeout });
    await connection.ensureConnected();
  } catch (error) {
    await connection?.close();
    throw temporalFault(error, address) ?? unreachable(address);
  }
  const client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [codec] } });
  const taskQueue = options.taskQueue ?? TASK_QUEUE;
  const lists = new Client({ connection, namespace, dataConverter: { payloadCodecs: [lenient(codec)] } });
  return { client, lists, connection, address, namespace, taskQueue, encrypts: codec.encrypts };
}
