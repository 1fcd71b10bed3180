import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute } from 'node:path';

/** As many links as Linux follows in one path. */
const MAX_LINKS = 40;

/**
 * Where an absolute path leads, all symbolic links followed, even if there is nothing (yet) or it may not be looked at: then
 * as far as can be told. `..` is taken as the system takes it, behind a link from the link's target.
 */
export async function realPath(path: string): Promise<string> {
  return follow(path, MAX_LINKS);
}

async function follow(path: string, linksLeft: number): Promise<string> {
  const real = await orNothing(() => realpath(path));
  if (real !== undefined) return real;
  const parent = dirname(path);
  if (parent === path) return path;
  const realParent = await follow(parent, linksLeft);
  const here = under(realParent, basename(path));
  // A link that leads to nothing leads there all the same.
  const target = linksLeft > 0 ? await orNothing(() => readlink(here)) : undefined;
  if (target === undefined) return here;
  return follow(isAbsolute(target) ? target : under(realParent, target), linksLeft - 1);
}

function under(folder: string, name: string): string {
  if (name === '.' || name === '') return folder;
  return name === '..' ? dirname(folder) : `${folder.replace(/\/+$/, '')}/${name}`;
}

/** Whatever keeps a path from being followed, the file can't be opened by it either. */
async function orNothing(look: () => Promise<string>): Promise<string | undefined> {
  try {
    return await look();
  } catch {
    return undefined;
  }
}
