import { join } from 'node:path';
import { createTopic } from '../dist/dev/topics.js';
import type { Summary } from './figures.js';
import { FORMATS, writeFormats } from './formats.js';
import { type Bench, inRounds } from './rounds.js';
import { wholeJob } from './whole-job.js';

export interface FormatSummary extends Summary {
  /** Bytes of content (decompressed, as encoded) a second, in millions. */
  readonly megabytesPerSecond: number;
  /** Time of a row, as a multiple of plain CSV's. */
  readonly toCsv: number;
  /** Time of a row that the decoder alone takes, in microseconds. */
  readonly decoderMicrosPerRow: number;
  /** Time of a row without that, as a multiple of plain CSV's. */
  readonly toCsvWithoutDecoder: number;
}

/**
 * Whole jobs from the same records in every format, with what each format's decoder takes by itself.
 * @param rows records of each
 */
export async function formatFigures(bench: Bench, rows: number): Promise<FormatSummary[]> {
  const { stack, folder, say } = bench;
  say('writing the files of all formats');
  await writeFormats(folder, rows);
  await createTopic(stack, 'bench-formats');
  const { endpoints } = stack.rocketmq;
  const bytes = new Map<string, number>();
  const alone = FORMATS.map(({ name, file, decoder }) => ({
    name,
    run: async () => {
      const started = performance.now();
      bytes.set(name, await decoder(join(folder, file)));
      return { rows, seconds: (performance.now() - started) / 1000 };
    },
  }));
  const jobs = FORMATS.map(({ name, file, job }) => ({
    name,
    run: () => wholeJob({ endpoints, topic: 'bench-formats', path: join(folder, file), rows, ...job }),
  }));
  const decoders = await inRounds({ ...bench, say: () => {} }, alone);
  const summaries = await inRounds(bench, jobs);
  const micros = ({ rowsPerSecond }: Summary) => 1e6 / rowsPerSecond;
  const csv = micros(summaries[0]);
  return summaries.map((figures, i) => ({
    ...figures,
    megabytesPerSecond: round((bytes.get(figures.name) ?? 0) / rows / micros(figures)),
    toCsv: round(micros(figures) / csv),
    decoderMicrosPerRow: round(micros(decoders[i])),
    toCsvWithoutDecoder: round((micros(figures) - micros(decoders[i])) / csv),
  }));
}

export function formatTable(summaries: readonly FormatSummary[]): string {
  return [
    '| format | rows/s (median) | slowest–fastest | MB/s | CPU µs a row | peak MiB | time to CSV | decoder alone, µs a row | time to CSV without it |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...summaries.map(
      (s) =>
        `| ${s.name} | ${s.rowsPerSecond} | ${s.slowest}–${s.fastest} | ${s.megabytesPerSecond} | ` +
        `${s.cpuMicrosPerRow ?? ''} | ${s.peakMib ?? ''} | ` +
        `${s.toCsv} × | ${s.decoderMicrosPerRow} | ${s.toCsvWithoutDecoder} × |`,
    ),
  ].join('\n');
}

const round = (value: number) => Number(value.toFixed(value < 10 ? 2 : 1));
