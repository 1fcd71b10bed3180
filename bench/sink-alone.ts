import { jobSchema } from '../dist/job/schema/job.js';
import { createTransport } from '../dist/rocketmq/transports.js';
import type { Figure } from './figures.js';

/** This project's sink with its default batches, without source, conversion and Temporal. */
export async function sinkAlone(endpoints: string, topic: string, messages: number): Promise<Figure> {
  const { sink, settings } = jobSchema.parse({
    name: 'bench',
    source: { type: 'csv', path: '/unused' },
    sink: { endpoints, topic, tag: 'bench' },
  });
  const { producer } = await createTransport(sink, () => {}).open({
    stage: 'write',
    timeoutMs: 30_000,
    signal: new AbortController().signal,
  });
  const body = Buffer.alloc(200, 'x');
  let next = 0;
  const started = performance.now();
  const cpu = process.cpuUsage();
  const sendUntilDone = async () => {
    while (next < messages) {
      const count = Math.min(settings.batch.records, messages - next);
      const from = next;
      next += count;
      const batch = Array.from({ length: count }, (_, i) =>
        producer.encode({ id: `bench-${from + i}`, key: `key-${from + i}`, body }),
      );
      await producer.send(batch);
    }
  };
  await Promise.all(Array.from({ length: settings.batch.inFlight }, sendUntilDone));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await producer.close();
  return { rows: messages, seconds, cpuMicrosPerRow: (user + system) / messages };
}
