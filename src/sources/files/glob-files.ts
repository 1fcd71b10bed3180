import { type Dirent, readdir, realpath, stat } from 'node:fs';
import { type FileSystemAdapter, glob } from 'tinyglobby';
import { type Folders, requireAllowed } from '../../folders/folders.js';
import { userFault } from '../../job/fault.js';
import { errorCode, fileFault } from './faults.js';
import { requireReachable } from './glob-limits.js';

/** Folders that one glob may list. Links that lead to each other make more of a few than anybody has. */
const MAX_FOLDERS = 100_000;

/**
 * The files below `folder` that a pattern matches, by the names that led to them, not those that links stand for. A link
 * that leads nowhere is listed as a file: whoever opens it will find out.
 * @param folders what may be listed; anything if absent
 * @throws Fault the user's or the world's where a folder can't or may not be listed: leaving out in silence what it may hold would
 * lose records
 */
export async function globFiles(
  folder: string,
  pattern: string,
  folders: Folders | undefined,
): Promise<string[]> {
  const listing = new Listing(folder, folders);
  const { readdir, realpath, stat } = listing;
  // The library passes over what it can't look at; it must not.
  const fs = { readdir, realpath, stat } as unknown as FileSystemAdapter;
  const files = await glob(pattern, { cwd: folder, absolute: true, expandDirectories: false, fs });
  const [first] = listing.errors.filter(
    ({ path, error }) => !(path === folder && errorCode(error) === 'ENOENT'),
  );
  if (first) throw fileFault(first.error, first.path);
  return files;
}

type Callback<T> = (error: unknown, value?: T) => void;

/** The file system as the glob library sees it. */
class Listing {
  readonly errors: { path: string; error: unknown }[] = [];
  readonly #depth: number;
  readonly #folders: Folders | undefined;
  /** The links that led to folders, by where they lead. */
  readonly #links = new Map<string, string>();
  #count = 0;

  /** @param folder where it begins */
  constructor(folder: string, folders: Folders | undefined) {
    this.#depth = depthOf(folder);
    this.#folders = folders;
  }

  readonly readdir = (path: string, options: object, callback: Callback<Dirent[]>): void => {
    const real = withoutSlash(path);
    const named = this.#links.get(real) ?? real;
    const failed = (error: unknown) => {
      this.errors.push({ path: named, error });
      callback(error);
    };
    if (++this.#count > MAX_FOLDERS) {
      failed(tooMany(named));
      return;
    }
    const look = async () => {
      requireReachable(named, depthOf(real) - this.#depth);
      await requireAllowed(real, this.#folders, 'read', named);
    };
    const list = () =>
      readdir(path, { ...options, withFileTypes: true }, (error, entries) =>
        error ? failed(error) : callback(null, entries),
      );
    look().then(list, failed);
  };

  /** The library asks for links only: it takes what ends in a slash for a folder, by {@link stat}. */
  readonly realpath = (path: string, callback: Callback<string>): void => {
    realpath.native(path, (error, real) => {
      if (error) return callback(null, path);
      stat(real, (_, stats) => {
        if (!stats?.isDirectory()) return callback(null, path);
        this.#links.set(withoutSlash(real), path);
        // With a slash: it compares the beginnings of paths, and would take a folder for one that another's name begins with.
        callback(null, real.endsWith('/') ? real : `${real}/`);
      });
    });
  };

  readonly stat = (path: string, callback: Callback<{ isDirectory(): boolean }>): void =>
    callback(null, { isDirectory: () => path.endsWith('/') });
}

const withoutSlash = (path: string) => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

const depthOf = (path: string) => withoutSlash(path).split(/[\\/]/).length;

const tooMany = (path: string) =>
  userFault(
    'too_many_folders',
    `source.path leads to more than ${MAX_FOLDERS} folders; one of them is ${path}`,
    'Name the folders of the files instead of searching for them by **, or remove links that lead to each other.',
  );
