import { jobSchema } from '../dist/job/schema/job.js';
import type { Producer } from '../dist/rocketmq/producer.js';
import { createTransport } from '../dist/rocketmq/transports.js';
import type { Figure } from './figures.js';

export interface SinkAlone {
  /** How to reach RocketMQ, and the topic. */
  readonly sink: object;
  readonly messages: number;
  /** Messages before the clock starts. @default 0 */
  readonly warmUp?: number;
  /** Of a job's settings. */
  readonly batch?: { readonly records?: number; readonly inFlight?: number };
}

const BODY = Buffer.alloc(200, 'x');

/** This project's sink, without source, conversion and Temporal. */
export async function sinkAlone({ sink, messages, warmUp = 0, batch }: SinkAlone): Promise<Figure> {
  const job = jobSchema.parse({
    name: 'bench',
    source: { type: 'csv', path: '/unused' },
    sink: { tag: 'bench', ...sink },
    settings: { batch },
  });
  const { producer } = await createTransport(job.sink, () => {}).open({
    stage: 'write',
    timeoutMs: 30_000,
    signal: new AbortController().signal,
  });
  await send(producer, job.settings.batch, 0, warmUp);
  const started = performance.now();
  const cpu = process.cpuUsage();
  await send(producer, job.settings.batch, warmUp, warmUp + messages);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await producer.close();
  return { rows: messages, seconds, cpuMicrosPerRow: (user + system) / messages };
}

async function send(
  producer: Producer,
  { records, inFlight }: { readonly records: number; readonly inFlight: number },
  first: number,
  end: number,
): Promise<void> {
  let next = first;
  const sendUntilDone = async () => {
    while (next < end) {
      const count = Math.min(records, end - next);
      const from = next;
      next += count;
      const messages = Array.from({ length: count }, (_, i) =>
        producer.encode({ id: `bench-${from + i}`, key: `key-${from + i}`, body: BODY }),
      );
      const { refusals } = await producer.send(messages);
      if (refusals.length > 0) throw refusals[0].fault;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sendUntilDone));
}
