import { userFault } from '../job/fault.js';
import type { Job } from '../job/schema/job.js';

const MIB = 1024 * 1024;

/** Temporal takes 2 MiB in one argument or result, and a run that continues as new hands its job on twice. */
const MAX_BYTES = 0.75 * MIB;

/** It takes 4 MiB in one message, and ends without a reason a run that sends more. */
const MAX_BYTES_AT_ONCE = 3 * MIB;

/**
 * Sees to it that a job, and the names of its columns, can be handed to as many activities at once as it asks for.
 * @throws Fault the user's `job_too_large`
 */
export function requireHandable(job: Job, columns: readonly string[] | undefined): void {
  const bytes = Buffer.byteLength(JSON.stringify({ job, columns }));
  const { parallelism } = job.settings;
  const what = `The job, with the names of ${columns?.length ?? 0} columns, takes ${Math.ceil(bytes / 1024)} KiB`;
  if (bytes > MAX_BYTES) {
    throw userFault(
      'job_too_large',
      `${what}; Temporal takes no more than ${MAX_BYTES / 1024} KiB.`,
      'Look whether the first line of the files names columns (source.header, source.delimiter, source.lineEnd), or make files with fewer columns.',
    );
  }
  if (bytes * parallelism <= MAX_BYTES_AT_ONCE) return;
  throw userFault(
    'job_too_large',
    `${what} and goes to ${parallelism} partitions at once; Temporal takes no more than ${MAX_BYTES_AT_ONCE / MIB} MiB at a time.`,
    `Set settings.parallelism to ${Math.floor(MAX_BYTES_AT_ONCE / bytes)} or less.`,
  );
}
