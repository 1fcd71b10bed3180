import { join } from 'node:path';
import type { Stack } from '../dist/dev/stack.js';
import { createTopic } from '../dist/dev/topics.js';
import { dirtyRow, writeCsv } from './data.js';
import type { Figure, Summary } from './figures.js';
import { plainSend } from './plain-send.js';
import { type Bench, inRounds } from './rounds.js';
import { sinkAlone } from './sink-alone.js';
import { wholeJob } from './whole-job.js';

const PLAIN_MESSAGES = 40_000;
const SINK_MESSAGES = 1_000_000;
const MANY_ROWS = 1_000_000;
const FEW_ROWS = 100_000;

/** How RocketMQ is reached, in the order of the table's columns, with a topic of its own. */
const WAYS = [
  { to: (topic: string, { endpoints }: Stack['rocketmq']) => ({ endpoints, topic }), suffix: 'proxy' },
  {
    to: (topic: string, { namesrvAddr }: Stack['rocketmq']) => ({
      namesrvAddr,
      transport: 'nameserver',
      topic,
    }),
    suffix: 'nameserver',
  },
] as const;

/** A row of the table. */
interface Work {
  readonly name: string;
  readonly run: (sink: { readonly topic: string }) => Promise<Figure>;
}

export interface SpeedRow {
  readonly name: string;
  /** By the proxy, and by the name server; the official client knows the proxy only. */
  readonly ways: readonly Summary[];
}

/** The official client, the sink alone, and whole jobs from CSV, side by side, over each transport. */
export async function speedFigures(bench: Bench): Promise<SpeedRow[]> {
  const { stack } = bench;
  await createTopic(stack, 'bench-plain');
  for (const { suffix } of WAYS) await createTopic(stack, `bench-${suffix}`);
  const works = await worksOf(bench);
  const [plain, ...summaries] = await inRounds(bench, [
    {
      name: 'official client, `send()`, 256 in flight',
      run: () => plainSend(stack.rocketmq.endpoints, 'bench-plain', PLAIN_MESSAGES),
    },
    // One right after the other by each way: a machine's speed drifts.
    ...works.flatMap(({ name, run }) =>
      WAYS.map(({ to, suffix }) => ({
        name: `${name}, by ${suffix}`,
        run: () => run(to(`bench-${suffix}`, stack.rocketmq)),
      })),
    ),
  ]);
  const rows = works.map(({ name }, i) => ({
    name,
    ways: summaries.slice(i * WAYS.length, (i + 1) * WAYS.length),
  }));
  return [{ name: plain.name, ways: [plain] }, ...rows];
}

async function worksOf({ folder }: Bench): Promise<Work[]> {
  const many = join(folder, 'many.csv');
  const few = join(folder, 'few.csv');
  const dirty = join(folder, 'dirty.csv');
  await writeCsv(many, MANY_ROWS);
  await writeCsv(few, FEW_ROWS);
  await writeCsv(dirty, MANY_ROWS, dirtyRow);
  const job = (path: string, rows: number) => (sink: { readonly topic: string }) =>
    wholeJob({ sink, topic: sink.topic, path, rows });
  return [
    { name: 'sink alone', run: (sink) => sinkAlone({ sink, messages: SINK_MESSAGES }) },
    { name: 'whole job, 100,000 rows', run: job(few, FEW_ROWS) },
    { name: 'whole job, 1,000,000 rows', run: job(many, MANY_ROWS) },
    {
      name: 'the same, 1 % of them dirty and kept',
      run: (sink) =>
        wholeJob({
          sink,
          topic: sink.topic,
          path: dirty,
          rows: MANY_ROWS,
          dirtyRows: MANY_ROWS / 100,
          settings: { errorLimit: { records: MANY_ROWS } },
          dirty: { mode: 'keep', path: join(folder, 'dirty') },
        }),
    },
  ];
}

export function speedTable(rows: readonly SpeedRow[]): string {
  const base = rows[0].ways[0].rowsPerSecond;
  const cells = (summary: Summary | undefined) => {
    if (!summary) return ' | | | |';
    const { rowsPerSecond, slowest, fastest, cpuMicrosPerRow, peakMib } = summary;
    const times = `${(rowsPerSecond / base).toFixed(1)} ×`;
    return ` ${rowsPerSecond} (${slowest}–${fastest}) | ${times} | ${cpuMicrosPerRow ?? ''} | ${peakMib ?? ''} |`;
  };
  const columns = (way: string) =>
    ` ${way}: rows/s (slowest–fastest) | to plain send() | CPU µs a row | peak MiB |`;
  return [
    `| what |${columns('proxy')}${columns('name server')}`,
    `|---|${'---:|'.repeat(8)}`,
    ...rows.map(({ name, ways: [proxy, nameserver] }) => `| ${name} |${cells(proxy)}${cells(nameserver)}`),
  ].join('\n');
}
