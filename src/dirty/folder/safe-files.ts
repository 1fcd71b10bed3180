import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { type Folders, requireAllowedFile } from '../../folders/folders.js';

export const FILE_MODE = 0o640;
const COPY_BYTES = 1024 * 1024;

/** Makes the names in a folder safe. Windows knows no such thing. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function copy(from: FileHandle, to: FileHandle, length: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, Math.max(1, length)));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, length - at), at);
    if (bytesRead === 0) throw new Error('it ended while it was copied');
    await writeAll(to, buffer.subarray(0, bytesRead), at);
    at += bytesRead;
  }
}

/** Other partitions write the same file: each whole, one in the place of the other, and none before it is safe. */
export async function writeWhole(path: string, text: string, folders: Folders | undefined): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx', FILE_MODE);
    try {
      await requireAllowedFile(handle, draft, folders, 'dirty');
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** A write may take fewer bytes than it is given. */
export async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
