import { Fault, userFault } from '../../job/fault.js';

const MEND =
  'Make room in the folder of dirty.path, or mend what is said here, and go on with `rocketlift retry`: it begins at the watermark.';

/** A store that fails ends the run: a record that can't be kept must not be passed over. */
export function storeFailed(path: string, why: string, cause?: unknown): Fault {
  const message = `Dirty records can not be kept in ${path}: ${why}.`;
  return new Fault({ code: 'dirty_store_failed', fault: 'world', message, mend: MEND }, { cause });
}

/** What was kept before is not there any more, so that going on would lose it. */
export function storeChanged(path: string, why: string, cause?: unknown): Fault {
  return userFault(
    'dirty_store_changed',
    `The dirty records of this run are not as it left them: ${path} ${why}.`,
    'Every worker must see the same folder as dirty.path. Bring the file back, or start the job anew.',
    cause,
  );
}

/** What is to be replayed can't be read. */
export function recordsUnreadable(path: string, why: string, cause?: unknown): Fault {
  return userFault(
    'records_unreadable',
    `The dirty records in ${path} can not be read: ${why}.`,
    'Every worker must see the same files: mend --records, or the folder of dirty.path.',
    cause,
  );
}

/** What the run has in common with its records can't be told any more. */
export function aboutUnreadable(path: string, cause?: unknown): Fault {
  return userFault(
    'dirty_about_unreadable',
    `${path} is not what a run writes beside its dirty records: JSON in UTF-8 with the names of their columns, 16 MiB at most.`,
    'Write {"columns": ["id", "name"]} into it, with the names of all columns in their order, as the header of the input has them. The dirty records beside it are whole.',
    cause,
  );
}

/** At a check, before anything depends on it. */
export function storeUnusable(path: string, why: string, cause?: unknown): Fault {
  return userFault(
    'dirty_store_unusable',
    `Nothing can be kept in the folder ${path} (dirty.path): ${why}.`,
    'Give dirty.path a folder that the workers may write to and that has room, the same one for all of them.',
    cause,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EACCES: 'the worker may not write there',
  EPERM: 'the worker may not write there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
};

/** In words, for the errors that a user meets. */
export function reasonOf(error: unknown): string {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  return REASONS[code] ?? message;
}
