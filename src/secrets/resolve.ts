import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Folders, requireAllowed, requireAllowedFile } from '../folders/folders.js';
import { type Fault, userFault } from '../job/fault.js';
import { parseSecretReference } from '../job/secret-reference.js';

export interface ResolveOptions {
  /** The folders that jobs may use; `${file:}` may name files in those for secrets alone. @default none for secrets */
  readonly folders?: Folders | undefined;
  /** @default the variables of this process */
  readonly env?: NodeJS.ProcessEnv;
}

/** More than any key or token has; a path that leads to something else should not fill the memory. In bytes. */
const MAX_BYTES = 64 * 1024;

/**
 * The secret behind a reference, as this machine knows it. It must go nowhere but into a connection.
 * @param reference `${env:NAME}`, or `${file:PATH}` with an absolute path; of a file, a line end at the end is left out
 * @throws Fault the user's, which names the variable or file and holds nothing of what is in it: `secret_missing`,
 *   `secret_unreadable`, `secret_empty`, `folder_not_allowed`
 */
export async function resolveSecret(reference: string, options: ResolveOptions = {}): Promise<string> {
  const { folders, env = process.env } = options;
  const parsed = parseSecretReference(reference);
  // A job is validated before; this one can't tell what it was given without showing a secret.
  if (!parsed) throw new TypeError('not a reference to a secret');
  if (parsed.kind === 'file') return await secretOfFile(parsed.path, folders);
  const value = env[parsed.name];
  if (value === undefined) {
    throw userFault(
      'secret_missing',
      `The environment variable ${parsed.name} is not set here.`,
      `Set ${parsed.name} for every worker, and where you run \`rocketlift check\`, or mend the reference in the job file.`,
    );
  }
  if (value === '') throw empty(`The environment variable ${parsed.name} is empty.`);
  return value;
}

async function secretOfFile(path: string, folders: Folders | undefined): Promise<string> {
  await requireAllowed(path, folders, 'secrets');
  const value = (await readSecret(path, folders)).replace(/\r?\n$/, '');
  if (value === '') throw empty(`The file ${path} is empty.`);
  return value;
}

async function readSecret(path: string, folders: Folders | undefined): Promise<string> {
  let file: FileHandle | undefined;
  try {
    // Without waiting: a pipe that nobody writes to would hold the worker for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    await requireAllowedFile(file, path, folders, 'secrets');
    const info = await file.stat();
    if (!info.isFile()) throw notAFile(path, 'is no file');
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > MAX_BYTES) throw notAFile(path, `is larger than ${MAX_BYTES / 1024} KiB`);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if (isSystemError(error)) throw unreadable(path, error);
    throw error;
  } finally {
    await file?.close();
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error;

function unreadable(path: string, { code }: NodeJS.ErrnoException): Fault {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return userFault(
      'secret_missing',
      `There is no file ${path} here.`,
      'Put the file there for every worker, and where you run `rocketlift check`, or mend the reference in the job file.',
    );
  }
  const why = code === 'EACCES' ? 'no permission' : code;
  return userFault(
    'secret_unreadable',
    `The file ${path} can not be read: ${why}.`,
    'Let the user that the worker runs as read it.',
  );
}

const notAFile = (path: string, what: string): Fault =>
  userFault(
    'secret_unreadable',
    `${path} ${what}.`,
    'Name the file that holds the secret, and nothing else.',
  );

const empty = (message: string): Fault =>
  userFault('secret_empty', message, 'Put the secret there, or mend the reference in the job file.');
