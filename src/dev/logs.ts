import { open } from 'node:fs/promises';
import { hasCode } from './errors.js';
import type { ServerName } from './ports.js';
import { lastLines } from './run.js';
import { DEFAULT_STATE_DIR, logFile, stackPaths } from './stack.js';

/** More than anyone reads on a terminal; what stands before it is left out. */
const AT_MOST_BYTES = 1024 * 1024;

/**
 * The end of what a server has written since its last start.
 * @returns undefined where it was never started
 */
export async function readLog(
  server: ServerName,
  lines: number,
  stateDir = DEFAULT_STATE_DIR,
): Promise<string | undefined> {
  const file = await open(logFile(stackPaths(stateDir), server)).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, AT_MOST_BYTES));
    await file.read(buffer, 0, buffer.length, size - buffer.length);
    return lastLines(buffer.toString('utf8'), lines);
  } finally {
    await file.close();
  }
}
