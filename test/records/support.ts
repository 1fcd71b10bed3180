import { type Job, type JobInput, jobSchema } from '../../src/job/schema/job.js';
import type { JsonBatch, TextBatch } from '../../src/sources/source.js';

interface Parts {
  readonly source?: JobInput['source'];
  readonly sink?: Partial<JobInput['sink']>;
  readonly transform?: JobInput['transform'];
}

/** A valid job with the given parts. */
export function jobOf({ source, sink, transform }: Parts): Job {
  return jobSchema.parse({
    name: 'test',
    source: source ?? { type: 'csv', path: '/x' },
    sink: { endpoints: '127.0.0.1:8081', topic: 'orders', ...sink },
    ...(transform && { transform }),
  });
}

const common = (length: number) => ({
  length,
  positionAfter: (i: number) => i + 1,
  id: (i: number) => `id-${i}`,
  place: (i: number) => `record ${i}`,
  fault: () => undefined,
});

export function jsonBatch(records: readonly string[]): JsonBatch {
  return {
    ...common(records.length),
    shape: 'json',
    raw: (i) => Buffer.from(records[i]),
    bytes: (i) => Buffer.byteLength(records[i]),
    json: (i) => Buffer.from(records[i]),
  };
}

export function textBatch(
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): TextBatch {
  return {
    ...common(rows.length),
    shape: 'text',
    columns,
    raw: () => Buffer.alloc(0),
    bytes: () => 0,
    values: (i) => rows[i],
  };
}
