import { mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../dist/dev/run.js';
import type { Figure } from './figures.js';

/** Seen from bench/ as from dist-bench/. */
const SOURCES = fileURLToPath(new URL('../bench/java', import.meta.url));

/** The plain Java programs that this project is compared with. */
export interface JavaPrograms {
  /** DefaultMQProducer alone, with the messages of sinkAlone. */
  send(options: JavaSend): Promise<Figure>;
  /** From a CSV file to acknowledged JSON messages. */
  load(options: JavaLoad): Promise<Figure>;
}

interface JavaSend {
  readonly namesrvAddr: string;
  readonly topic: string;
  readonly messages: number;
  /** Messages before the clock starts. */
  readonly warmUp: number;
  /** Messages a batch; 1: each alone. */
  readonly batch: number;
  readonly threads: number;
}

interface JavaLoad {
  readonly namesrvAddr: string;
  readonly topic: string;
  readonly path: string;
  /** Of the file. */
  readonly rows: number;
  /** Columns whose values stand in JSON as they are. */
  readonly bare: readonly string[];
  readonly batch: number;
  readonly threads: number;
}

/**
 * Compiles the programs.
 * @param jars folder of RocketMQ's jars
 * @param folder for the classes, and for what RocketMQ's client logs
 * @returns undefined where there is no compiler
 */
export async function javaPrograms(jars: string, folder: string): Promise<JavaPrograms | undefined> {
  if (!(await hasCompiler())) return undefined;
  const classes = join(folder, 'classes');
  await mkdir(classes, { recursive: true });
  const path = [classes, join(jars, '*')].join(delimiter);
  const sources = (await readdir(SOURCES)).map((name) => join(SOURCES, name));
  await run('javac', ['-cp', path, '-d', classes, ...sources]);
  const figure = async (rows: number, program: string, args: readonly (string | number)[]) => {
    const output = await run('java', [`-Duser.home=${folder}`, '-cp', path, program, ...args.map(String)]);
    const { seconds, cpuSeconds } = JSON.parse(output) as Record<'seconds' | 'cpuSeconds', number>;
    return { rows, seconds, cpuMicrosPerRow: (cpuSeconds * 1e6) / rows };
  };
  return {
    send: ({ namesrvAddr, topic, messages, warmUp, batch, threads }) =>
      figure(messages, 'SendAlone', [namesrvAddr, topic, messages, warmUp, batch, threads]),
    load: ({ namesrvAddr, topic, path, rows, bare, batch, threads }) =>
      figure(rows, 'CsvLoader', [namesrvAddr, topic, path, bare.join(','), batch, threads]),
  };
}

/** A machine may have the java that the servers need without it. */
async function hasCompiler(): Promise<boolean> {
  return await run('javac', ['-version']).then(
    () => true,
    () => false,
  );
}
