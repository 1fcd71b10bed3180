import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { worldFault } from '../job/fault.js';

/**
 * Runs a command to its end.
 * @returns what it printed on stdout
 * @throws a fault with the last lines it printed when it can't be run or fails
 */
export async function run(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const said = lastLines(`${stdout}\n${stderr}`, 10) || message;
    throw worldFault(
      'command_failed',
      `"${command} ${args.join(' ')}" failed:\n${said}`,
      'Mend what it says and try again.',
      error,
    );
  }
}

/** The last lines of a text, without empty ones at its end. */
export function lastLines(text: string, count: number): string {
  const lines = text.trimEnd().split('\n');
  return lines.slice(Math.max(0, lines.length - count)).join('\n');
}
