import { type FileHandle, readlink, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Fault, userFault } from '../job/fault.js';
import { realPath } from './real-path.js';

/** What a job may want a folder for. */
export type Access = 'read' | 'dirty' | 'secrets';

/** The folders that a worker lets jobs use, with all that is in them. */
export interface Folders {
  /** What `source.path` may read. @default anything that the worker's user may read */
  readonly read?: readonly string[];
  /** Where dirty records may be kept. @default anywhere that the worker's user may write */
  readonly dirty?: readonly string[];
  /** What `${file:…}` and the files of `sink.tls` may be taken from. @default nothing */
  readonly secrets?: readonly string[];
}

interface Rule {
  readonly option: string;
  readonly what: string;
}

const RULES: Readonly<Record<Access, Rule>> = {
  read: { option: '--allow-read', what: 'lets jobs read' },
  dirty: { option: '--allow-dirty', what: 'lets jobs keep dirty records in' },
  secrets: { option: '--allow-secrets', what: 'lets jobs take secrets from' },
};

/**
 * The folders as absolute paths.
 * @throws Fault the user's `allowed_folder` for one that is not there: a spelling mistake would show only in runs that fail
 */
export async function checkedFolders(folders: Folders): Promise<Folders> {
  const checked: { -readonly [A in Access]?: string[] } = {};
  for (const access of Object.keys(RULES) as Access[]) {
    const given = folders[access];
    if (!given) continue;
    checked[access] = given.map((folder) => resolve(folder));
    for (const folder of checked[access]) await requireFolder(folder, RULES[access]);
  }
  return checked;
}

async function requireFolder(folder: string, { option }: Rule): Promise<void> {
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder) return;
  throw userFault(
    'allowed_folder',
    `${folder}, a folder of ${option}, is not a folder that this user can see.`,
    'Create it, or name another one.',
  );
}

/**
 * Sees to it that a path lies, all symbolic links followed, in a folder that the worker allows. To be called before anything
 * is done with the path, so that a refusal does not tell whether there is something. What is there may be
 * exchanged afterwards: what has been opened is checked by {@link requireAllowedFile}, a folder that has been made by calling this once more.
 *
 * @param path absolute; it need not be there yet
 * @param folders what the worker allows; undefined as if none were named, which allows all but secrets
 * @param named what the path is called in the fault, where the job knows it by another name
 * @throws Fault the user's `folder_not_allowed`, which names the path, not where it leads
 */
export async function requireAllowed(
  path: string,
  folders: Folders | undefined,
  access: Access,
  named = path,
): Promise<void> {
  if (await isAllowed(path, folders, access)) return;
  throw notAllowed(named, allowedOf(folders, access) ?? [], access);
}

/** Whether {@link requireAllowed} lets it pass. */
export async function isAllowed(
  path: string,
  folders: Folders | undefined,
  access: Access,
): Promise<boolean> {
  const allowed = allowedOf(folders, access);
  return !allowed || (await isWithin(await realPath(path), allowed));
}

/**
 * The same for a file that has been opened: asks where that very file lies, so that no exchange of links or folders on the
 * way can lead out. Another name of the file itself (a hard link) can't be told from it.
 * @param path what it was opened by
 */
export async function requireAllowedFile(
  handle: FileHandle,
  path: string,
  folders: Folders | undefined,
  access: Access,
): Promise<void> {
  const allowed = allowedOf(folders, access);
  if (!allowed) return;
  const real = await placeOf(handle, path);
  if (real === undefined || !(await isWithin(real, allowed))) throw notAllowed(path, allowed, access);
}

function allowedOf(folders: Folders | undefined, access: Access): readonly string[] | undefined {
  return folders?.[access] ?? (access === 'secrets' ? [] : undefined);
}

/** Where an open file lies; undefined if that can't be told for certain. */
async function placeOf(handle: FileHandle, path: string): Promise<string | undefined> {
  if (process.platform === 'linux') {
    // The system's own answer: a file that was removed has " (deleted)" behind it, which stays in its folder.
    const place = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
    if (place !== undefined) return place;
  }
  // Elsewhere the path is followed once more, and must come to the same file.
  const real = await realPath(path);
  const [opened, found] = await Promise.all([
    handle.stat({ bigint: true }),
    stat(real, { bigint: true }).catch(() => undefined),
  ]);
  return opened.dev === found?.dev && opened.ino === found.ino ? real : undefined;
}

async function isWithin(real: string, allowed: readonly string[]): Promise<boolean> {
  // Followed each time: whoever runs the worker may let a link lead elsewhere while it runs.
  for (const folder of allowed) if (contains(await realPath(folder), real)) return true;
  return false;
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return isAbsolute(path) && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function notAllowed(path: string, allowed: readonly string[], access: Access): Fault {
  const { option, what } = RULES[access];
  return userFault(
    'folder_not_allowed',
    `${path} does not lie in a folder that this worker ${what}.`,
    allowed.length === 0
      ? `Start the workers with ${option} and the folder.`
      : `Use a path in ${allowed.join(' or ')} that no link leads out of, or start the workers with another ${option}.`,
  );
}
