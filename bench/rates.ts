import { join } from 'node:path';
import { createTopic } from '../dist/dev/topics.js';
import { writeCsv } from './data.js';
import type { Bench } from './rounds.js';
import { wholeJob } from './whole-job.js';

/** Records a second that are asked for. */
const RATES = [100, 1_000, 10_000, 20_000];
/** How long the shorter and the longer of two jobs take at the rate, in seconds. */
const SHORT_S = 5;
const LONG_S = 20;

export interface RateFigure {
  readonly asked: number;
  /** Records a second, by the difference between a short and a long job: what both need to begin and end falls out. */
  readonly got: number;
}

/** How well a job keeps to its rate, with four partitions at once. */
export async function rateFigures({ stack, folder, say }: Bench): Promise<RateFigure[]> {
  await createTopic(stack, 'bench-rate');
  const { endpoints } = stack.rocketmq;
  const figures: RateFigure[] = [];
  for (const asked of RATES) {
    say(`a rate of ${asked}/s`);
    const seconds = async (length: number) => {
      const rows = asked * length;
      const path = join(folder, `rate-${rows}.csv`);
      await writeCsv(path, rows);
      const settings = { rate: { records: `${asked}/s` }, partitionSize: Math.max(1024, rows * 40) };
      return (await wholeJob({ endpoints, topic: 'bench-rate', path, rows, settings })).seconds;
    };
    const short = await seconds(SHORT_S);
    const long = await seconds(LONG_S);
    figures.push({ asked, got: Math.round((asked * (LONG_S - SHORT_S)) / (long - short)) });
  }
  return figures;
}

export function rateTable(figures: readonly RateFigure[]): string {
  const lines = figures.map(
    ({ asked, got }) => `| ${asked} | ${got} | ${((got / asked) * 100).toFixed(1)} % |`,
  );
  return ['| asked, records/s | got | |', '|---:|---:|---:|', ...lines].join('\n');
}
