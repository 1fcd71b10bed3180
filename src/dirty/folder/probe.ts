import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Folders, requireAllowed } from '../../folders/folders.js';
import { Fault } from '../../job/fault.js';
import { reasonOf, storeUnusable } from './faults.js';

/**
 * Writes a file in the folder, reads it and removes it: so that a folder that can't be used is found before the first dirty record.
 * @param folders what the worker allows
 * @throws Fault the user's `dirty_store_unusable`, `folder_not_allowed`
 */
export async function probeFolder(path: string, folders?: Folders): Promise<void> {
  const file = join(path, `.rocketlift-check-${randomUUID()}`);
  const content = randomUUID();
  try {
    await mkdir(path, { recursive: true });
    // On the way to it something may have been exchanged since it was allowed.
    await requireAllowed(path, folders, 'dirty');
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(content);
      await handle.datasync();
      if ((await readFile(file, 'utf8')) !== content)
        throw new Error('what was written there reads otherwise');
    } finally {
      await handle.close();
      await rm(file, { force: true });
    }
  } catch (error) {
    throw error instanceof Fault ? error : storeUnusable(path, reasonOf(error), error);
  }
}
