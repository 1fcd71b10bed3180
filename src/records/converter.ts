import type { Message } from '../job/message.js';
import type { Job } from '../job/schema/job.js';
import type { RecordBatch } from '../sources/source.js';
import type { Converted } from './converted.js';
import { jsonConverter } from './from-json.js';
import { textConverter } from './from-text.js';

export type { Converted } from './converted.js';
export { FILTERED } from './transform/filter.js';

/** Converts record `i` of a batch. */
export type Converter = (batch: RecordBatch, i: number) => Converted;

export function isMessage(result: Converted): result is Message {
  return typeof result === 'object' && 'body' in result;
}

/**
 * The converter of a job.
 * @param columns the source's columns, where it has a fixed set of them (`SourceDescription.columns`)
 * @throws Fault the user's, if the job names fields that are not there
 */
export function createConverter(job: Job, columns: readonly string[] | undefined): Converter {
  const convertText = columns && textConverter(job, columns);
  const convertJson = columns ? undefined : jsonConverter(job);
  return (batch, i) => {
    if (batch.shape === 'text' && convertText) return convertText(batch, i);
    if (batch.shape === 'json' && convertJson) return convertJson(batch, i);
    throw new TypeError(
      `a source ${columns ? 'with' : 'without'} columns gave records of shape ${batch.shape}`,
    );
  };
}
