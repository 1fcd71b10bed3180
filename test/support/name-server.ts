import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers } from '../../src/dev/ports.js';
import type { Stack } from '../../src/dev/stack.js';
import { type TlsMode, useRocketmqProcess } from './rocketmq-process.js';

/**
 * A name server that no broker has told of itself.
 * @returns its address, once it is up
 */
export function useNameServer(stack: () => Stack, tlsMode: TlsMode): () => string {
  let address: string;
  useRocketmqProcess(async (folder, [port]) => {
    address = `127.0.0.1:${port}`;
    const config = join(folder, 'namesrv.conf');
    await writeFile(config, `listenPort=${port}\nbindAddress=127.0.0.1\n`);
    return {
      jars: stack().rocketmq.jars,
      heapMb: 64,
      tlsMode,
      command: ['org.apache.rocketmq.namesrv.NamesrvStartup', '-c', config],
      isReady: () => answers(port),
    };
  });
  return () => address;
}
