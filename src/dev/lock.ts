import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { worldFault } from '../job/fault.js';
import { hasCode } from './errors.js';
import { isAlive, type ProcessRef, processIdentity } from './process.js';
import { waitUntil } from './wait.js';

/**
 * Does something while holding a lock file, which names its holder by pid and start time. Others wait; a lock whose
 * holder has ended is taken over.
 * @param timeoutMs how long to wait for another holder. @default 5 minutes, long enough for its downloads
 */
export async function withLock<T>(file: string, action: () => Promise<T>, timeoutMs = 300_000): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  if (!(await waitUntil(() => take(file), { deadline: Date.now() + timeoutMs }))) {
    const { pid } = (await holder(file)) ?? { pid: 'unknown' };
    throw worldFault(
      'locked',
      `Another process (pid ${pid}) has been working on these servers for ${timeoutMs / 1000} s.`,
      `Wait for it or end it, then try again. (The lock is ${file}.)`,
    );
  }
  try {
    return await action();
  } finally {
    await rm(file);
  }
}

async function take(file: string): Promise<boolean> {
  const mine = `${file}.${randomUUID()}`;
  const me: ProcessRef = { pid: process.pid, identity: (await processIdentity(process.pid)) ?? '' };
  await writeFile(mine, JSON.stringify(me));
  try {
    // A link appears with its content, unlike a new file, which others could read before it is written.
    if (await linked(mine, file)) return true;
    const other = await holder(file);
    if (other && !(await isAlive(other))) await removeStale(file);
    return false;
  } finally {
    await rm(mine);
  }
}

/** Moves a stale lock away. Had another process replaced it just then, the lock that was moved is put back. */
async function removeStale(file: string): Promise<void> {
  const moved = `${file}.${randomUUID()}`;
  try {
    await rename(file, moved);
  } catch (error) {
    // Someone else was quicker.
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const other = await holder(moved);
  if (other && (await isAlive(other))) await linked(moved, file);
  await rm(moved);
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    // Somebody holds it.
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function holder(file: string): Promise<ProcessRef | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessRef;
  } catch (error) {
    // Given back in the meantime.
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
