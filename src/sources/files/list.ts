import { stat } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { type Folders, isAllowed } from '../../folders/folders.js';
import { userFault } from '../../job/fault.js';
import { errorCode, fileFault } from './faults.js';
import { globFiles } from './glob-files.js';
import { requireBounded } from './glob-limits.js';

/**
 * The files that `paths` (absolute; files and globs) stand for: sorted by the code units of their names, so that every
 * worker sees the same order, and each of them once. A file that is named as such is listed unseen: whoever opens it
 * will find out. A name with glob characters that is a file stands for that file.
 * @param folders what may be listed; anything if absent
 * @throws Fault the user's: `no_match` for a glob without a match, `glob_too_complex`, `folder_not_allowed`
 */
export async function listFiles(paths: string | readonly string[], folders?: Folders): Promise<string[]> {
  const found = new Set<string>();
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    if (!isDynamicPattern(path) || (await kindOf(path, folders)) === 'file') found.add(path);
    else for (const file of await expand(path, folders)) found.add(file);
  }
  return [...found].sort();
}

async function expand(pattern: string, folders: Folders | undefined): Promise<string[]> {
  const { folder, rest } = await splitPattern(pattern, folders);
  requireBounded(rest);
  const files = await globFiles(folder, rest, folders);
  if (files.length > 0) return files;
  throw userFault(
    'no_match',
    `No file matches ${pattern}`,
    'Check source.path. Relative paths start at the job file; names that start with a dot are matched only by a dot.',
  );
}

/** The longest folder at the start of the pattern that can be taken by its name, and what is left to match below it. */
async function splitPattern(
  pattern: string,
  folders: Folders | undefined,
): Promise<{ folder: string; rest: string }> {
  let folder = parse(pattern).root;
  const parts = pattern.slice(folder.length).split(sep === '\\' ? /[\\/]/ : '/');
  while (parts.length > 1) {
    const next = join(folder, parts[0]);
    if (isDynamicPattern(parts[0]) && (await kindOf(next, folders)) !== 'folder') break;
    folder = next;
    parts.shift();
  }
  // The library takes slashes at the end for a mistake in the program, but for one.
  return { folder, rest: parts.join('/').replace(/\/+$/, '') };
}

/** Nothing is told of what may not be read: it is refused as soon as something is done with it, whether it is there or not. */
async function kindOf(path: string, folders: Folders | undefined): Promise<'file' | 'folder' | undefined> {
  if (!(await isAllowed(path, folders, 'read'))) return undefined;
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw fileFault(error, path);
  }
}
