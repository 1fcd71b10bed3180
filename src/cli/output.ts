import { CommanderError } from 'commander';
import pc from 'picocolors';
import { errorOutput } from './exit.js';

/**
 * Standard output holds what a command is asked for, with --json one JSON document and nothing else (the report, or
 * `{ "error": … }`). Progress, warnings and errors for people go to standard error.
 */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** To standard error. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function warn(text: string): void {
  say(`${errorColors.yellow('warning:')} ${text}`);
}

/** What is wrong, then what to do; the stack only for those who ask for it. */
export function printError(error: unknown, json: boolean): void {
  const output = errorOutput(error);
  if (json) printJson(output);
  // Commander has said it already.
  if (!(error instanceof CommanderError)) {
    say(`${errorColors.red('error:')} ${output.error.message}\n  ${output.error.mend}`);
  }
  printStack(error);
}

/** For those who ask for it. */
export function printStack(error: unknown): void {
  if (process.env.ROCKETLIFT_DEBUG && error instanceof Error) say(error.stack ?? '');
}

/** Colours, for standard error: they depend on where that goes, not on where standard output goes. */
const errorColors = pc.createColors(process.stderr.isTTY === true && pc.isColorSupported);
