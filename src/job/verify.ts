import type { Job } from './schema/job.js';

export type VerifyMode = 'none' | 'count' | 'sample';

/** Messages of every partition that are looked for, beside its first and its last one, unless the job says otherwise. */
const SAMPLE_SIZE = 10;

/** What a job wants to be proved of its topic. */
export const verifyMode = ({ verify = 'none' }: Pick<Job, 'verify'>): VerifyMode =>
  typeof verify === 'string' ? verify : 'sample';

/** Messages of every partition that are looked for, beside its first and its last one; 0 where none is. */
export function sampleSize({ verify }: Pick<Job, 'verify'>): number {
  if (typeof verify === 'object') return verify.sample;
  return verify === 'sample' ? SAMPLE_SIZE : 0;
}

/** Where the queues of a topic end, by broker and in the order of their numbers: the offset of the next message. */
export type TopicEnds = Readonly<Record<string, readonly number[]>>;

/** What a topic was found to hold. */
export interface Verified {
  readonly mode: 'count' | 'sample';
  /** Messages that came into the topic since before the first row. */
  readonly arrived: number;
  /** Messages that the run wrote. */
  readonly least: number;
  /** The same, and what may stand there twice. */
  readonly most: number;
  /** Messages that were found again by their keys, with the bodies that were sent. */
  readonly sampled?: number;
}
