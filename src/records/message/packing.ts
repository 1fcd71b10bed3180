import type { Job } from '../../job/schema/job.js';
import { constants, nameAfter } from '../transform/transform.js';
import { csvWriter } from './csv-body.js';

/** How records share messages. */
export interface Packing {
  /** Records of a message, at most. */
  readonly records: number;
  /** What stands around and between their bodies. */
  readonly before: string;
  readonly between: string;
  readonly after: string;
}

/**
 * How a job packs records into messages; undefined if each is a message of its own.
 * @param columns the source's columns, where it has a fixed set of them
 */
export function packing(job: Job, columns: readonly string[] | undefined): Packing | undefined {
  const { recordsPerMessage: records, format } = job.sink;
  if (records === undefined) return undefined;
  if (format === 'json') return { records, before: '[', between: ',', after: ']' };
  const { header } = csvWriter(job.sink, csvNames(job, columns));
  return { records, before: header, between: '\n', after: '' };
}

/** The names of the fields in a line of CSV; without a fixed set of columns those that the job declares. */
export function csvNames(
  { source, transform }: Job,
  columns = Object.keys(source.columns) as readonly string[],
) {
  const kept = columns.flatMap((column) => nameAfter(column, transform) ?? []);
  return [...kept, ...constants(transform).map(({ name }) => name)];
}
