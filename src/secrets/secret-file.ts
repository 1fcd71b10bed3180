import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Folders, requireAllowed, requireAllowedFile } from '../folders/folders.js';
import { type Fault, userFault } from '../job/fault.js';

/** What is kept in a file, and how faults call it. */
export interface SecretFileKind {
  /** Codes of faults begin with it: `secret` makes `secret_missing`. */
  readonly code: string;
  readonly what: string;
  /** More than it ever has; a path that leads to something else should not fill the memory. */
  readonly maxBytes: number;
}

/**
 * What a file holds that a job names for secrets; it must lie where the worker allows that.
 * @param path absolute
 * @throws Fault the user's, which names the file and holds nothing of what is in it: `folder_not_allowed`, and of the kind
 *   `…_missing`, `…_unreadable`
 */
export async function readSecretFile(
  path: string,
  kind: SecretFileKind,
  folders: Folders | undefined,
): Promise<string> {
  await requireAllowed(path, folders, 'secrets');
  let file: FileHandle | undefined;
  try {
    // Without waiting: a pipe that nobody writes to would hold the worker for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    await requireAllowedFile(file, path, folders, 'secrets');
    const info = await file.stat();
    if (!info.isFile()) throw notAFile(path, 'is no file', kind);
    const content = await readUpTo(file, kind.maxBytes + 1);
    if (content.length > kind.maxBytes)
      throw notAFile(path, `is larger than ${kind.maxBytes / 1024} KiB`, kind);
    return content.toString();
  } catch (error) {
    if (isSystemError(error)) throw unreadable(path, error, kind);
    throw error;
  } finally {
    await file?.close();
  }
}

async function readUpTo(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(maxBytes);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, maxBytes - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === maxBytes) return buffer.subarray(0, length);
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error;

function unreadable(path: string, { code: reason }: NodeJS.ErrnoException, { code }: SecretFileKind): Fault {
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    return userFault(
      `${code}_missing`,
      `There is no file ${path} here.`,
      'Put the file there for every worker, and where you run `rocketlift check`, or mend its path in the job file.',
    );
  }
  const why = reason === 'EACCES' ? 'no permission' : reason;
  return userFault(
    `${code}_unreadable`,
    `The file ${path} can not be read: ${why}.`,
    'Let the user that the worker runs as read it.',
  );
}

const notAFile = (path: string, message: string, { code, what }: SecretFileKind): Fault =>
  userFault(
    `${code}_unreadable`,
    `${path} ${message}.`,
    `Name the file that holds ${what}, and nothing else.`,
  );
