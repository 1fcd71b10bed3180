/**
 * The one place that decides whose fault an error of the file system is.
 */
import { Fault, userFault, worldFault } from '../../job/fault.js';

interface Rule {
  readonly code: string;
  readonly what: string;
  readonly mend: string;
}

const NOT_FOUND: Rule = {
  code: 'file_not_found',
  what: 'does not exist',
  mend: 'Check source.path. Every worker must see the same files under the same names.',
};
const NOT_READABLE: Rule = {
  code: 'file_not_readable',
  what: 'may not be read by this user',
  mend: 'Let the user that runs the worker read the file and enter its folders.',
};
const NOT_A_FILE: Rule = {
  code: 'not_a_file',
  what: 'is not a file',
  mend: 'Name files in source.path; for all files of a folder write folder/*.',
};
const CORRUPT: Rule = {
  code: 'input_corrupt',
  what: 'is damaged: it ends too early, or what stands in it is not what its name says',
  mend: 'Test it with "gzip -t" or "zstd -t", fetch it again, and run the job again.',
};

/** What the user has to mend. Every other error of the file system is the world's and is tried again. */
const USER_FAULTS: Readonly<Record<string, Rule>> = {
  ENOENT: NOT_FOUND,
  ENOTDIR: NOT_FOUND,
  ELOOP: NOT_FOUND,
  ENAMETOOLONG: NOT_FOUND,
  EACCES: NOT_READABLE,
  EPERM: NOT_READABLE,
  EISDIR: NOT_A_FILE,
  Z_DATA_ERROR: CORRUPT,
  Z_BUF_ERROR: CORRUPT,
  Z_NEED_DICT: CORRUPT,
};

/** The error code of Node.js, such as `ENOENT`; undefined for an error that has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An error met while working with the file at `path` as a fault. What is not of the file system stays as it is. */
export function fileFault(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (
    error instanceof Fault ||
    code === undefined ||
    !/^[EZ][A-Z_]*$/.test(code) ||
    code.startsWith('ERR_')
  ) {
    return error;
  }
  const rule = USER_FAULTS[code];
  if (rule) return userFault(rule.code, `${path} ${rule.what} (${code})`, rule.mend, error);
  return worldFault(
    'file_io',
    `${path} can not be read just now (${code})`,
    'Nothing: it is tried again until settings.retryFor is over. If it stays, look at the disk or the network mount.',
    error,
  );
}

/** Runs `work` on the file at `path`; its errors come out as faults. */
export async function onFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFault(error, path);
  }
}

export function notAFile(path: string, what: string): Fault {
  return userFault(NOT_A_FILE.code, `${path} is ${what}, not a file`, NOT_A_FILE.mend);
}

/** @param how what happened to the file, such as `it grew from 10 to 12 bytes` */
export function inputChanged(path: string, how: string, cause?: unknown): Fault {
  return userFault(
    'input_changed',
    `${path} changed while the job was running: ${how}`,
    'Leave the files of a job alone until it has ended, then start it again.',
    cause,
  );
}

export function inputCorrupt(path: string, what: string, cause?: unknown): Fault {
  return userFault(CORRUPT.code, `${path} is damaged: ${what}`, CORRUPT.mend, cause);
}

/** @param start byte of the content, decompressed and decoded */
export function inputUnclosed(path: string, start: number): Fault {
  return userFault(
    CORRUPT.code,
    `${path} is damaged: what starts behind byte ${start} is longer than source.maxRecordSize, and where it ends can not be told`,
    'Look there for a bracket or a quote that is missing or too many, mend the file or fetch it again, and run the job again.',
  );
}
