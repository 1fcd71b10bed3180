/** One measurement. */
export interface Figure {
  readonly rows: number;
  readonly seconds: number;
  /** CPU of the sending process, in microseconds a row, where it is known. */
  readonly cpuMicrosPerRow?: number;
  /** Peak resident memory of the sending process, in MiB, where it is known. */
  readonly peakMib?: number;
}

export interface Summary {
  readonly name: string;
  readonly rows: number;
  /** Median of the runs. */
  readonly rowsPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly cpuMicrosPerRow?: number;
  readonly peakMib?: number;
}

export function summary(name: string, figures: readonly Figure[]): Summary {
  const speeds = figures.map(({ rows, seconds }) => Math.round(rows / seconds)).sort((a, b) => a - b);
  const cpu = figures.flatMap(({ cpuMicrosPerRow }) => cpuMicrosPerRow ?? []);
  const peaks = figures.flatMap(({ peakMib }) => peakMib ?? []);
  return {
    name,
    rows: figures[0].rows,
    rowsPerSecond: median(speeds),
    slowest: speeds[0],
    fastest: speeds[speeds.length - 1],
    ...(cpu.length > 0 && { cpuMicrosPerRow: Number(median(cpu).toFixed(1)) }),
    ...(peaks.length > 0 && { peakMib: Math.round(Math.max(...peaks)) }),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
