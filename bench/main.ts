import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { down } from '../dist/dev/down.js';
import { createTopic } from '../dist/dev/topics.js';
import { up } from '../dist/dev/up.js';
import { writeCsv } from './data.js';
import { type Figure, type Summary, summary } from './figures.js';
import { plainSend } from './plain-send.js';
import { sinkAlone } from './sink-alone.js';
import { wholeJob } from './whole-job.js';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
});

const PLAIN_MESSAGES = 40_000;
const SINK_MESSAGES = 1_000_000;
const MANY_ROWS = 1_000_000;
const FEW_ROWS = 100_000;

const say = (text: string) => console.error(text);

/** Measures everything in turn, several times over, so that a machine whose speed drifts treats all alike. */
async function measure(folder: string): Promise<Summary[]> {
  const stateDir = join(folder, 'stack');
  const stack = await up({ stateDir, portOffset: 'auto', onStep: say });
  process.env.TEMPORAL_ADDRESS = stack.temporal.address;
  const { endpoints } = stack.rocketmq;
  try {
    const many = join(folder, 'many.csv');
    const few = join(folder, 'few.csv');
    await writeCsv(many, MANY_ROWS);
    await writeCsv(few, FEW_ROWS);
    for (const topic of ['bench-plain', 'bench-sink', 'bench-job']) await createTopic(stack, topic);
    const job = (path: string, rows: number) => wholeJob({ endpoints, topic: 'bench-job', path, rows });
    const subjects: { name: string; run: () => Promise<Figure> }[] = [
      {
        name: 'official client, send(), 256 in flight',
        run: () => plainSend(endpoints, 'bench-plain', PLAIN_MESSAGES),
      },
      { name: 'sink alone', run: () => sinkAlone(endpoints, 'bench-sink', SINK_MESSAGES) },
      { name: 'whole job, 100,000 rows', run: () => job(few, FEW_ROWS) },
      { name: 'whole job, 1,000,000 rows', run: () => job(many, MANY_ROWS) },
    ];
    const figures = subjects.map((): Figure[] => []);
    for (let round = 1; round <= Number(values.rounds); round++) {
      for (const [index, { name, run }] of subjects.entries()) {
        say(`round ${round}: ${name}`);
        figures[index].push(await run());
      }
    }
    return subjects.map(({ name }, index) => summary(name, figures[index]));
  } finally {
    await down(stateDir);
  }
}

function table(summaries: readonly Summary[]): string {
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

const folder = await mkdtemp(join(tmpdir(), 'rocketlift-bench-'));
try {
  const summaries = await measure(folder);
  const machine = `${cpus().length} cores (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  if (values.json) console.log(JSON.stringify({ machine, summaries }, null, 2));
  else console.log(`${machine}; broker, proxy and Temporal on the same machine\n\n${table(summaries)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
