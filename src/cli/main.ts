#!/usr/bin/env node
import { exitOfError } from './exit.js';
import { printError } from './output.js';
import { createProgram } from './program.js';

/** The one place where errors become messages and exit codes. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(args);
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const code = exitOfError(error);
    if (code !== 0) printError(error, args.includes('--json'));
    return code;
  }
}

// Whoever reads us may stop doing so, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const code = await main(process.argv.slice(2));
// A pipe takes 64 KiB at a time, and leaving does not wait for the rest.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
);
process.exit(code);
