import { z } from 'zod';

/** `host:port`, several with ";" between them. */
const addresses = (expected: string) =>
  z.string().regex(/^[^\s;,:/]+:\d{1,5}(?:;[^\s;,:/]+:\d{1,5})*$/, {
    error: `${expected} (several with ";" between them)`,
  });

export const proxyAddress = addresses('the address of a RocketMQ 5 proxy, such as 127.0.0.1:8081');
export const namesrvAddress = addresses('the address of a name server, such as 127.0.0.1:9876');
