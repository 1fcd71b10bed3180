import { type NoParamCallback, readdir } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { userFault } from '../../job/fault.js';
import { errorCode, fileFault } from './faults.js';

/**
 * The files that `paths` (absolute; files and globs) stand for: sorted by the code units of their names, so that every
 * worker sees the same order, and each of them once. A file that is named as such is listed unseen: whoever opens it
 * will find out. A name with glob characters that is a file stands for that file.
 * @throws Fault the user's `no_match` for a glob without a match
 */
export async function listFiles(paths: string | readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    if (!isDynamicPattern(path) || (await kindOf(path)) === 'file') found.add(path);
    else for (const file of await expand(path)) found.add(file);
  }
  return [...found].sort();
}

async function expand(pattern: string): Promise<string[]> {
  const { folder, rest } = await splitPattern(pattern);
  const errors: { path: string; error: unknown }[] = [];
  const files = await glob(rest, {
    cwd: folder,
    absolute: true,
    expandDirectories: false,
    fs: { readdir: watchedReaddir((path, error) => errors.push({ path, error })) },
  });
  // A folder that can't be listed may hold matches: leaving them out in silence would lose records.
  const [first] = errors.filter(({ path, error }) => !(path === folder && errorCode(error) === 'ENOENT'));
  if (first) throw fileFault(first.error, first.path);
  if (files.length > 0) return files;
  throw userFault(
    'no_match',
    `No file matches ${pattern}`,
    'Check source.path. Relative paths start at the job file; names that start with a dot are matched only by a dot.',
  );
}

/** The longest folder at the start of the pattern that can be taken by its name, and what is left to match below it. */
async function splitPattern(pattern: string): Promise<{ folder: string; rest: string }> {
  let folder = parse(pattern).root;
  const parts = pattern.slice(folder.length).split(sep === '\\' ? /[\\/]/ : '/');
  while (parts.length > 1) {
    const next = join(folder, parts[0]);
    if (isDynamicPattern(parts[0]) && (await kindOf(next)) !== 'folder') break;
    folder = next;
    parts.shift();
  }
  return { folder, rest: parts.join('/') };
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw fileFault(error, path);
  }
}

/** `readdir` that tells of its errors, which the glob library passes over. */
function watchedReaddir(onError: (path: string, error: unknown) => void): typeof readdir {
  const watched = (path: string, options: object, callback: (error: unknown, entries?: unknown) => void) => {
    const done = (error: Parameters<NoParamCallback>[0], entries?: unknown) => {
      if (error) onError(path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path, error);
      callback(error, entries);
    };
    readdir(path, options, done);
  };
  return watched as typeof readdir;
}
