import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Folders, requireAllowedFile } from '../../folders/folders.js';
import { recordsUnreadable, storeChanged } from './faults.js';

export interface OpenEntriesOptions {
  /** What the worker allows. @default anything */
  readonly folders?: Folders | undefined;
  /** Whether a user names the file, which may be a link then. Else a store has written it, and it is none. @default false */
  readonly isGiven?: boolean;
}

/** Not every platform has them. Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever. */
const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;

/**
 * Opens a file of a run's folder, or one that a user has made of such files.
 *
 * Who can write to that folder may have put anything under the file's name since the folder was looked at.
 * @throws Fault the user's if it is no regular file, or `folder_not_allowed`; else an error of the system
 */
export async function openEntries(
  path: string,
  { folders, isGiven = false }: OpenEntriesOptions,
): Promise<FileHandle> {
  const strange = (why: string, cause?: unknown) =>
    isGiven ? recordsUnreadable(path, `it ${why}`, cause) : storeChanged(path, why, cause);
  const handle = await open(path, O_RDONLY | O_NONBLOCK | (isGiven ? 0 : O_NOFOLLOW)).catch((error) => {
    throw !isGiven && error.code === 'ELOOP' ? strange('is a link', error) : error;
  });
  try {
    await requireAllowedFile(handle, path, folders, isGiven ? 'read' : 'dirty');
    const stats = await handle.stat();
    if (!stats.isFile()) throw strange(stats.isDirectory() ? 'is a folder' : 'is a device or a pipe');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
