import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import { errorCode, fileFault, inputChanged, notAFile } from './faults.js';

/** Tells one state of a file from another. Plain data: it stands in workflow history. */
export interface Fingerprint {
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in nanoseconds, as text: JSON has no such integers. */
  readonly mtimeNs: string;
  /** A hash of the first and the last {@link SAMPLE_BYTES}. */
  readonly sample: string;
}

const SAMPLE_BYTES = 64 * 1024;

/**
 * Takes the fingerprint of an open file.
 * @returns the first bytes of the file beside it, because they have been read anyway
 */
export async function takeFingerprint(
  handle: FileHandle,
  path: string,
): Promise<{ fingerprint: Fingerprint; head: Buffer }> {
  const stats = await handle.stat({ bigint: true });
  if (!stats.isFile()) throw notAFile(path, stats.isDirectory() ? 'a folder' : 'a device or a pipe');
  const size = Number(stats.size);
  const head = await readExactly(handle, 0, Math.min(size, SAMPLE_BYTES));
  const tail = size > SAMPLE_BYTES ? await readExactly(handle, size - SAMPLE_BYTES, SAMPLE_BYTES) : undefined;
  const hash = createHash('sha256').update(head);
  if (tail) hash.update(tail);
  const sample = hash.digest('base64url').slice(0, 16);
  return { fingerprint: { size, mtimeNs: stats.mtimeNs.toString(), sample }, head };
}

/** Reads up to `length` bytes; fewer only where the file ends. */
async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** @throws Fault `input_changed` if `now` is not `then`, the fingerprint that the file had when it was partitioned */
export function compareFingerprints(path: string, then: Fingerprint, now: Fingerprint): void {
  compareStats(path, then, now.size, now.mtimeNs);
  if (now.sample !== then.sample) {
    throw inputChanged(path, 'it was replaced by other content of the same size and time');
  }
}

/** Looks only at size and time: cheap enough to be called now and then while the file is read. */
export async function checkUnchanged(path: string, then: Fingerprint): Promise<void> {
  let stats: BigIntStats;
  try {
    stats = await stat(path, { bigint: true });
  } catch (error) {
    throw errorCode(error) === 'ENOENT' ? vanished(path, error) : fileFault(error, path);
  }
  if (!stats.isFile()) throw inputChanged(path, 'it is not a file any more');
  compareStats(path, then, Number(stats.size), stats.mtimeNs.toString());
}

/** The same for an open file: what was read of it before this look is as it was. */
export async function checkStillUnchanged(
  handle: FileHandle,
  path: string,
  then: Fingerprint,
): Promise<void> {
  const { size, mtimeNs } = await handle.stat({ bigint: true });
  compareStats(path, then, Number(size), mtimeNs.toString());
}

export function vanished(path: string, cause?: unknown): Error {
  return inputChanged(path, 'it has vanished, or this worker does not see it', cause);
}

function compareStats(path: string, then: Fingerprint, size: number, mtimeNs: string): void {
  if (size !== then.size) {
    throw inputChanged(path, `it ${size > then.size ? 'grew' : 'shrank'} from ${then.size} to ${size} bytes`);
  }
  if (mtimeNs !== then.mtimeNs) throw inputChanged(path, 'it was modified');
}

/**
 * The first part of the ids of a file's records: the same as long as path, size, time and samples are, and else
 * another. It does not begin with "-": commands would take such an id for an option.
 */
export function fileId(path: string, { size, mtimeNs, sample }: Fingerprint): string {
  return createHash('sha256')
    .update([path, size, mtimeNs, sample].join('\0'))
    .digest('base64url')
    .slice(0, 12)
    .replace(/^-/, 'A');
}
