import type { Command } from 'commander';
import { loadJobFile } from '../client/load-job-file.js';
import { type LoadedJob, withEndpoints } from '../job/parse.js';

export interface EndpointsOption {
  readonly endpoints?: string;
}

/** Adds the job file and what may be said otherwise of it. */
export const withJobArgument = (command: Command, help = 'job file'): Command =>
  command
    .argument('<job>', help)
    .option('--endpoints <address>', 'RocketMQ proxy, instead of sink.endpoints of the job file');

/** @throws Fault where the file can't be read, or is no job */
export async function loadJob(path: string, { endpoints }: EndpointsOption): Promise<LoadedJob> {
  const written = await loadJobFile(path);
  return endpoints === undefined ? written : withEndpoints(written, endpoints);
}
