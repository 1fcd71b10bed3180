import { Producer } from 'rocketmq-client-nodejs';
import type { Figure } from './figures.js';

const IN_FLIGHT = 256;

/** The official client as its documentation shows it: one `send()` a message, 256 of them under way. */
export async function plainSend(endpoints: string, topic: string, messages: number): Promise<Figure> {
  const quiet = { info() {}, warn() {}, error: console.error };
  const producer = new Producer({ endpoints, namespace: '', topics: [topic], logger: quiet });
  await producer.startup();
  const body = Buffer.alloc(200, 'x');
  let next = 0;
  const started = performance.now();
  const cpu = process.cpuUsage();
  const sendUntilDone = async () => {
    while (next < messages) {
      const n = next++;
      await producer.send({ topic, tag: 'bench', keys: [`key-${n}`], body });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendUntilDone));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await producer.shutdown();
  return { rows: messages, seconds, cpuMicrosPerRow: (user + system) / messages };
}
