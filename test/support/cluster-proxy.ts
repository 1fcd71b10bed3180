import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers } from '../../src/dev/ports.js';
import { PROXY_PROMISES } from '../../src/dev/rocketmq-config.js';
import { queryRoute } from '../../src/dev/route.js';
import type { Stack } from '../../src/dev/stack.js';
import { type TlsMode, useRocketmqProcess } from './rocketmq-process.js';
import { MARKER_TOPIC } from './topic-reader.js';

/**
 * A proxy apart from the broker, as in production. It answers with the endpoints that it was asked at, so that a relay before
 * it stays in the way, and asks the broker over the network, which may refuse. (The one within the broker's process does
 * neither.)
 * @returns its endpoints, once it is up
 */
export function useClusterProxy(stack: () => Stack, tlsMode: TlsMode = 'permissive'): () => string {
  let endpoints: string;
  useRocketmqProcess(async (folder, [port, remotingPort]) => {
    const { jars, namesrvAddr } = stack().rocketmq;
    endpoints = `127.0.0.1:${port}`;
    const config = join(folder, 'proxy.json');
    await writeFile(
      config,
      JSON.stringify({
        ...PROXY_PROMISES,
        proxyMode: 'CLUSTER',
        namesrvAddr,
        grpcServerPort: port,
        remotingListenPort: remotingPort,
      }),
    );
    const main = 'org.apache.rocketmq.proxy.ProxyStartup';
    return {
      jars,
      heapMb: 256,
      tlsMode,
      command: [main, '-pm', 'cluster', '-n', namesrvAddr, '-pc', config],
      async isReady() {
        // In plain this one can't be asked for a route.
        if (tlsMode === 'enforcing') return await answers(port);
        const route = await queryRoute(endpoints, MARKER_TOPIC);
        return route !== undefined && route !== 'no topic';
      },
    };
  });
  return () => endpoints;
}
