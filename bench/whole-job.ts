import { readFile } from 'node:fs/promises';
import { parseJobText } from '../dist/job/parse.js';
import { TYPES } from './data.js';
import type { Figure } from './figures.js';
import { withWorker } from './worker.js';

export interface WholeJob {
  /** The proxy's, unless `sink` says how to reach RocketMQ. */
  readonly endpoints?: string;
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
  /** Of the worker. @default 1 */
  readonly processes?: number;
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
  processes,
}: WholeJob): Promise<Figure> {
  const taskQueue = `bench-${topic}-${rows}`;
  return await withWorker(
    taskQueue,
    async (client, pids) => {
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
      const before = await cpuSeconds(pids);
      const report = await client.wait(await client.start(job));
      if (report.state !== 'completed' || report.records.written !== rows - dirtyRows) {
        throw new Error(`the job did not do its work: ${JSON.stringify(report)}`);
      }
      const cpu = (await cpuSeconds(pids)) - before;
      return {
        rows,
        seconds: report.durationMs / 1000,
        cpuMicrosPerRow: (cpu * 1e6) / rows,
        peakMib: await peakMib(pids),
      };
    },
    { processes },
  );
}

/** Summed over processes. Linux only: elsewhere there is no such figure. */
async function sum(pids: readonly number[], file: string, figure: (text: string) => number): Promise<number> {
  if (process.platform !== 'linux') return Number.NaN;
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/${file}`, 'utf8')));
  return texts.reduce((all, text) => all + figure(text), 0);
}

const peakMib = (pids: readonly number[]) =>
  sum(pids, 'status', (text) => Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1]) / 1024);

const cpuSeconds = (pids: readonly number[]) =>
  sum(pids, 'stat', (text) => {
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // utime and stime, in ticks of 10 ms (proc(5)).
    return (Number(fields[11]) + Number(fields[12])) / 100;
  });
