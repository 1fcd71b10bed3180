import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { userFault } from '../job/fault.js';
import { type LoadedJob, parseJobText } from '../job/parse.js';

/**
 * Reads a job file. Its relative paths start at the folder it lies in.
 * @throws Fault `job_file_unreadable`, or a `JobFileError` (`invalid_job`) with every problem in it
 */
export async function loadJobFile(path: string): Promise<LoadedJob> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const reason = REASONS[error.code ?? ''] ?? error.message;
    throw userFault('job_file_unreadable', `The job file ${path} can not be read: ${reason}.`, MEND, error);
  });
  if (!isUtf8(bytes)) {
    throw userFault('job_file_unreadable', `The job file ${path} is not UTF-8.`, 'Save it as UTF-8.');
  }
  return parseJobText(bytes.toString(), { file: path, baseDir: dirname(resolve(path)) });
}

const REASONS: Record<string, string | undefined> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
};

const MEND = 'Give the path of a job file in YAML or JSON; examples/ holds some.';
