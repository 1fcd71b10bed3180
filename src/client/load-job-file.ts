import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { userFault } from '../job/fault.js';
import { type LoadedJob, parseJobText } from '../job/parse.js';

/**
 * Reads a job file. Its relative paths start at the folder it lies in.
 * @throws Fault `job_file_unreadable`, or a `JobFileError` (`invalid_job`) with every problem in it
 */
export async function loadJobFile(path: string): Promise<LoadedJob> {
  const bytes = await readStart(path).catch((error: NodeJS.ErrnoException) => {
    const reason = REASONS[error.code ?? ''] ?? error.message;
    throw userFault('job_file_unreadable', `The job file ${path} can not be read: ${reason}.`, MEND, error);
  });
  if (bytes.length === MAX_BYTES) {
    throw userFault('job_file_unreadable', `The job file ${path} is far too large for a job.`, MEND);
  }
  if (!isUtf8(bytes)) {
    throw userFault('job_file_unreadable', `The job file ${path} is not UTF-8.`, 'Save it as UTF-8.');
  }
  return parseJobText(bytes.toString(), { file: path, baseDir: dirname(resolve(path)) });
}

/** More than any job: who names a device or a dump by mistake should not have to wait for all of it. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The file, or so much of it that it is too large for a job; of a pipe as well. */
async function readStart(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const bytes = Buffer.alloc(MAX_BYTES);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < MAX_BYTES; filled += read) {
      read = (await handle.read(bytes, filled, MAX_BYTES - filled)).bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

const REASONS: Record<string, string | undefined> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
};

const MEND = 'Give the path of a job file in YAML or JSON; examples/ holds some.';
