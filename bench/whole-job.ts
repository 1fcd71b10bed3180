import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { parseJobText } from '../dist/job/parse.js';
import { TYPES } from './data.js';
import type { Figure } from './figures.js';
import { withWorker } from './worker.js';

export interface WholeJob {
  readonly endpoints: string;
  readonly topic: string;
  readonly path: string;
  readonly rows: number;
  /** Instead of CSV with four typed columns. */
  readonly source?: object;
  /** Beside endpoints, topic, tag and key. */
  readonly sink?: object;
  readonly transform?: readonly object[];
  readonly settings?: object;
  readonly dirty?: object;
  /** Of the rows, those that are dirty. @default 0 */
  readonly dirtyRows?: number;
}

/**
 * A job from a CSV file to acknowledged JSON messages, as a user runs it: a worker process of its own, a Temporal
 * server, default settings. The time is the report's, from the start of the workflow to its end.
 */
export async function wholeJob({
  endpoints,
  topic,
  path,
  rows,
  source = { type: 'csv', columns: TYPES },
  sink,
  transform = [],
  settings = {},
  dirty = {},
  dirtyRows = 0,
}: WholeJob): Promise<Figure> {
  const taskQueue = `bench-${topic}-${rows}`;
  return await withWorker(taskQueue, async (client, worker) => {
    const job = parseJobText(
      JSON.stringify({
        name: `bench-${topic}-${rows}`,
        source: { ...source, path },
        sink: { endpoints, topic, tag: 'bench', keyFields: ['order_id'], ...sink },
        transform,
        settings,
        dirty,
      }),
      { file: 'bench.json', baseDir: '/' },
    );
    const before = await cpuSeconds(worker);
    const report = await client.wait(await client.start(job));
    if (report.state !== 'completed' || report.records.written !== rows - dirtyRows) {
      throw new Error(`the job did not do its work: ${JSON.stringify(report)}`);
    }
    const cpu = (await cpuSeconds(worker)) - before;
    return {
      rows,
      seconds: report.durationMs / 1000,
      cpuMicrosPerRow: (cpu * 1e6) / rows,
      peakMib: await peakMib(worker),
    };
  });
}

/** Linux only, like the two figures: elsewhere they are not there. */
async function proc(child: ChildProcess, file: string): Promise<string | undefined> {
  return process.platform === 'linux' ? await readFile(`/proc/${child.pid}/${file}`, 'utf8') : undefined;
}

async function peakMib(child: ChildProcess): Promise<number> {
  const kib = /VmHWM:\s+(\d+) kB/.exec((await proc(child, 'status')) ?? '')?.[1];
  return kib === undefined ? Number.NaN : Number(kib) / 1024;
}

async function cpuSeconds(child: ChildProcess): Promise<number> {
  const stat = await proc(child, 'stat');
  if (stat === undefined) return Number.NaN;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime, in ticks of 10 ms (proc(5)).
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
