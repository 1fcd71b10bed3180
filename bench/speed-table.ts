import { join } from 'node:path';
import { createTopic } from '../dist/dev/topics.js';
import { dirtyRow, writeCsv } from './data.js';
import type { Summary } from './figures.js';
import { plainSend } from './plain-send.js';
import { type Bench, inRounds } from './rounds.js';
import { sinkAlone } from './sink-alone.js';
import { wholeJob } from './whole-job.js';

const PLAIN_MESSAGES = 40_000;
const SINK_MESSAGES = 1_000_000;
const MANY_ROWS = 1_000_000;
const FEW_ROWS = 100_000;

/** The official client, the sink alone, and whole jobs from CSV, side by side. */
export async function speedFigures(bench: Bench): Promise<Summary[]> {
  const { stack, folder } = bench;
  const { endpoints } = stack.rocketmq;
  const many = join(folder, 'many.csv');
  const few = join(folder, 'few.csv');
  await writeCsv(many, MANY_ROWS);
  await writeCsv(few, FEW_ROWS);
  const dirty = join(folder, 'dirty.csv');
  await writeCsv(dirty, MANY_ROWS, dirtyRow);
  for (const topic of ['bench-plain', 'bench-sink', 'bench-job']) await createTopic(stack, topic);
  const job = (path: string, rows: number) => wholeJob({ endpoints, topic: 'bench-job', path, rows });
  return inRounds(bench, [
    {
      name: 'official client, send(), 256 in flight',
      run: () => plainSend(endpoints, 'bench-plain', PLAIN_MESSAGES),
    },
    {
      name: 'sink alone',
      run: () => sinkAlone({ sink: { endpoints, topic: 'bench-sink' }, messages: SINK_MESSAGES }),
    },
    { name: 'whole job, 100,000 rows', run: () => job(few, FEW_ROWS) },
    { name: 'whole job, 1,000,000 rows', run: () => job(many, MANY_ROWS) },
    {
      name: 'the same, 1 % of them dirty and kept',
      run: () =>
        wholeJob({
          endpoints,
          topic: 'bench-job',
          path: dirty,
          rows: MANY_ROWS,
          dirtyRows: MANY_ROWS / 100,
          settings: { errorLimit: { records: MANY_ROWS } },
          dirty: { mode: 'keep', path: join(folder, 'dirty') },
        }),
    },
  ]);
}

export function speedTable(summaries: readonly Summary[]): string {
  const base = summaries[0].rowsPerSecond;
  const lines = summaries.map(({ name, rowsPerSecond, slowest, fastest, cpuMicrosPerRow, peakMib }) => {
    const times = `${(rowsPerSecond / base).toFixed(1)} ×`;
    return `| ${name} | ${rowsPerSecond} | ${slowest}–${fastest} | ${times} | ${cpuMicrosPerRow ?? ''} | ${peakMib ?? ''} |`;
  });
  return [
    '| what | rows/s (median) | slowest–fastest | to plain send() | CPU µs a row | peak MiB |',
    '|---|---:|---:|---:|---:|---:|',
    ...lines,
  ].join('\n');
}
