import { createHmac, randomUUID } from 'node:crypto';
import type { Account } from './accounts.js';

/** What a topic's queues may be used for, one entry a queue. */
export interface Route {
  readonly queues: readonly { readonly readable: boolean; readonly writable: boolean }[];
}

export interface RouteOptions {
  /** Who asks, where the proxy wants to know. */
  readonly account?: Account;
  /** @default 2000 */
  readonly timeoutMs?: number;
}

const OK = 20000;
const TOPIC_NOT_FOUND = 40402;

/**
 * Asks the proxy for a topic's route, which is what a producer does first.
 * @param endpoints `host:port` of the proxy
 * @returns undefined where no proxy answers, or one that is not ready
 */
export async function queryRoute(
  endpoints: string,
  topic: string,
  { account, timeoutMs = 2_000 }: RouteOptions = {},
): Promise<Route | 'no topic' | undefined> {
  // Imported late: together they take a quarter of a second, and not every command needs them.
  const { Metadata } = (await import('@grpc/grpc-js')).default;
  const { Endpoints, RpcClient } = (await import('rocketmq-client-nodejs')).default;
  const { QueryRouteRequest } = (
    await import('rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js')
  ).default;
  const { Permission, Resource } = (
    await import('rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb.js')
  ).default;

  const target = new Endpoints(endpoints);
  const request = new QueryRouteRequest()
    .setTopic(new Resource().setName(topic))
    .setEndpoints(target.toProtobuf());
  const metadata = new Metadata();
  metadata.set('x-mq-client-id', randomUUID());
  metadata.set('x-mq-language', 'HTTP');
  if (account) {
    const dateTime = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const signature = createHmac('sha1', account.secretKey).update(dateTime).digest('hex').toUpperCase();
    metadata.set('x-mq-date-time', dateTime);
    metadata.set(
      'authorization',
      `MQv2-HMAC-SHA1 Credential=${account.accessKey}, SignedHeaders=x-mq-date-time, Signature=${signature}`,
    );
  }
  const client = new RpcClient(target, false);
  try {
    const response = await client.queryRoute(request, metadata, timeoutMs);
    const code = response.getStatus()?.getCode();
    if (code === TOPIC_NOT_FOUND) return 'no topic';
    if (code !== OK) return undefined;
    const queues = response.getMessageQueuesList().map((queue) => {
      const permission = queue.getPermission();
      return {
        readable: permission === Permission.READ || permission === Permission.READ_WRITE,
        writable: permission === Permission.WRITE || permission === Permission.READ_WRITE,
      };
    });
    return { queues };
  } catch (error) {
    // A gRPC status: nobody there, or not in time.
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return undefined;
    throw error;
  } finally {
    client.close();
  }
}
