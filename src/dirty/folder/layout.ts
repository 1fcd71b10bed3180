import { join } from 'node:path';

/**
 * Where a run's dirty records lie: `<dirty.path>/<workflow id>/<run id>/`.
 * @param run `workflowId/runId`
 */
export function storeFolder(path: string, run: string): string {
  const slash = run.lastIndexOf('/');
  return join(path, folderName(run.slice(0, slash)), folderName(run.slice(slash + 1)));
}

/** A workflow id may be any text; as the name of a folder it must lead nowhere else. */
const folderName = (text: string): string => encodeURIComponent(text).replace(/^\./, '%2E');

/** A partition's file in it: `partition-000012.ndjson`. */
export const partitionFile = (index: number): string => `partition-${String(index).padStart(6, '0')}.ndjson`;

export const isPartitionFile = (name: string): boolean => /^partition-\d{6,}\.ndjson$/.test(name);

/** What the run's records have in common: their columns, for a replay. */
export const ABOUT_FILE = 'run.json';
