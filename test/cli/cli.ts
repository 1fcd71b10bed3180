import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { LoadedJob } from '../../src/job/parse.js';
import { type Bench, useBench } from '../support/migration.js';
import { until } from '../support/until.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Nothing listens there. */
export const CLOSED_PORT = '127.0.0.1:1';

/** How a command ended, and what it printed. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that may still be running. */
interface CliProcess {
  readonly result: Promise<CliResult>;
  /** Resolves when standard error holds the text. */
  says(pattern: RegExp): Promise<void>;
  /** As Ctrl-C does. */
  interrupt(): void;
}

interface CliOptions {
  /** Set beside the variables of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The command line as a user has it: the built program, in a process of its own. */
export interface Cli {
  readonly bench: Bench;
  /** Starts a command and does not wait for it. */
  start(args: readonly string[], options?: CliOptions): CliProcess;
  /** Runs a command to its end. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Writes a job as a file of the user's; its path. */
  jobFile(job: LoadedJob): Promise<string>;
}

/** Sets up a command line against the shared servers; what a failed test leaves running ends with the file. */
export function useCli(): Cli {
  const bench = useBench({ worker: false });
  const running = new Set<{ kill(signal: NodeJS.Signals): boolean }>();
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });
  const start: Cli['start'] = (args, { env = {} } = {}) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: bench.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const result = once(child, 'close').then(([code]) => {
      running.delete(child);
      return { code: code as number | null, stdout, stderr };
    });
    return {
      result,
      async says(pattern) {
        await until(async () => {
          if (pattern.test(stderr)) return true;
          if (!running.has(child)) throw new Error(`ended without saying ${pattern}:\n${stderr}${stdout}`);
          return false;
        });
      },
      interrupt: () => {
        child.kill('SIGINT');
      },
    };
  };
  return {
    bench,
    start,
    run: (args, options) => start(args, options).result,
    jobFile: ({ job, document }) => bench.file(`${job.name}.json`, JSON.stringify(document, null, 2)),
  };
}

/** Standard output as the one JSON document that it must be. */
export function json<T>({ stdout, stderr }: CliResult): T {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`not one JSON document:\n${stdout}\nstandard error:\n${stderr}`);
  }
}
