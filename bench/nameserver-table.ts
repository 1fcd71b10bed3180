import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTopic } from '../dist/dev/topics.js';
import { holds } from './arrived.js';
import { TYPES, writeCsv } from './data.js';
import type { Figure, Summary } from './figures.js';
import { javaPrograms } from './java-programs.js';
import { type Bench, inRounds } from './rounds.js';
import { sinkAlone } from './sink-alone.js';
import { wholeJob } from './whole-job.js';

const BATCH = { messages: 1_000_000, warmUp: 100_000, batch: 500, threads: 8 };
const SINGLE = { messages: 200_000, warmUp: 20_000, batch: 1, threads: 64 };
const LOADER = { rows: 1_000_000, batch: 100, threads: 4 };

/** What rows are compared with, in the order of the table. */
const REFERENCES = ['batch', 'single', 'loader'] as const;
type Reference = (typeof REFERENCES)[number];

/** Something that is measured. */
interface Contender {
  readonly name: string;
  readonly reference: Reference;
  /** Whether it is the reference itself. */
  readonly java: boolean;
  readonly topic: string;
  /** Messages that it sends, those before the clock starts included. */
  readonly sends: number;
  readonly run: () => Promise<Figure>;
}

export interface NameserverSummary extends Summary {
  /** Speed, as a multiple of the Java program's that does the same; absent where there is no Java compiler. */
  readonly toJava?: number;
}

/** The transport over name servers and whole jobs with it, beside plain Java programs that do the same. */
export async function nameserverFigures(bench: Bench): Promise<NameserverSummary[]> {
  const { stack, folder } = bench;
  const home = join(folder, 'java');
  await mkdir(home, { recursive: true });
  const path = join(folder, 'loader.csv');
  await writeCsv(path, LOADER.rows);
  // What is compared is measured one right after the other: a machine's speed drifts.
  const contenders = [...(await javaContenders(bench, home, path)), ...ownContenders(bench, path)].toSorted(
    (one, other) => REFERENCES.indexOf(one.reference) - REFERENCES.indexOf(other.reference),
  );
  for (const { topic } of contenders) await createTopic(stack, topic);
  const subjects = contenders.map(({ name, topic, sends, run }) => {
    let sent = 0;
    return {
      name,
      run: async () => {
        const figure = await run();
        sent += sends;
        await holds(stack, topic, home, sent);
        return figure;
      },
    };
  });
  const summaries = await inRounds(bench, subjects);
  return summaries.map((summary, i) => {
    const { reference } = contenders[i];
    const java = summaries[contenders.findIndex((other) => other.java && other.reference === reference)];
    return { ...summary, ...(java && { toJava: ratio(summary, java) }) };
  });
}

async function javaContenders({ stack, say }: Bench, home: string, path: string): Promise<Contender[]> {
  const { namesrvAddr, jars } = stack.rocketmq;
  const java = await javaPrograms(jars, home);
  if (!java) {
    say('There is no javac on this machine: the rows of Java are left out.');
    return [];
  }
  const send = (topic: string, options: typeof BATCH) => ({
    java: true,
    topic,
    sends: options.warmUp + options.messages,
    run: () => java.send({ namesrvAddr, topic, ...options }),
  });
  return [
    { name: 'Java, batches of 500, 8 threads', reference: 'batch', ...send('bench-java-batch', BATCH) },
    { name: 'Java, send(), 64 threads', reference: 'single', ...send('bench-java-single', SINGLE) },
    {
      name: 'Java loader, batches of 100, 4 threads',
      reference: 'loader',
      java: true,
      topic: 'bench-java-loader',
      sends: LOADER.rows,
      run: () =>
        java.load({ namesrvAddr, topic: 'bench-java-loader', path, bare: Object.keys(TYPES), ...LOADER }),
    },
  ];
}

function ownContenders({ stack }: Bench, path: string): Contender[] {
  const way = { namesrvAddr: stack.rocketmq.namesrvAddr, transport: 'nameserver' };
  const { rows } = LOADER;
  const sink = (topic: string, { messages, warmUp, batch: records, threads: inFlight }: typeof BATCH) => ({
    java: false,
    topic,
    sends: warmUp + messages,
    run: () => sinkAlone({ sink: { ...way, topic }, messages, warmUp, batch: { records, inFlight } }),
  });
  const job = (topic: string, processes: number): Omit<Contender, 'name'> => ({
    reference: 'loader',
    java: false,
    topic,
    sends: rows,
    run: () => wholeJob({ sink: way, topic, path, rows, processes }),
  });
  return [
    { name: 'sink alone, batches of 500', reference: 'batch', ...sink('bench-ns-batch', BATCH) },
    { name: 'sink alone, no batches', reference: 'single', ...sink('bench-ns-single', SINGLE) },
    { name: 'whole job, one process', ...job('bench-ns-job', 1) },
    { name: 'whole job, two processes', ...job('bench-ns-jobs', 2) },
  ];
}

function ratio(one: Summary, other: Summary): number {
  return Number((one.rowsPerSecond / other.rowsPerSecond).toFixed(2));
}

export function nameserverTable(summaries: readonly NameserverSummary[]): string {
  return [
    '| what | rows/s (median) | slowest–fastest | to Java | CPU µs a row | peak MiB |',
    '|---|---:|---:|---:|---:|---:|',
    ...summaries.map(
      ({ name, rowsPerSecond, slowest, fastest, toJava, cpuMicrosPerRow, peakMib }) =>
        `| ${name} | ${rowsPerSecond} | ${slowest}–${fastest} | ${toJava === undefined ? '' : `${toJava} ×`} | ` +
        `${cpuMicrosPerRow ?? ''} | ${peakMib ?? ''} |`,
    ),
  ].join('\n');
}
