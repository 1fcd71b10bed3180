import type { WriteInput } from '../activities/types.js';
import type { Job, Rate } from '../job/schema/job.js';
import { isLimited, shareOf } from '../job/share.js';
import { topicOf } from '../job/topic-template.js';
import { sampleSize } from '../job/verify.js';
import type { Partition } from '../sources/source.js';
import { liveSettings } from './live.js';
import { known, type Piece, type State } from './state.js';
import { topicState } from './topics.js';

/** What the write activity of a piece is given. The piece must have been taken out of those that wait. */
export function writeInput(state: State, job: Job, piece: Piece, running: number): WriteInput {
  const { partition, from } = piece;
  const { validated, storeRun, replay } = state;
  // What the piece had counted before is its own, and not in it.
  const { read, dirty } = known(state).records;
  const share = shareNow(state, job, running);
  const topic = topicOf(job.sink, partition.table);
  const layout = validated?.topics.find((one) => one.topic === topic)?.layout;
  const ends = topicState(state, topic)?.ends;
  return {
    job: ofOnePartition(job, partition, topic),
    ...(validated?.columns && { columns: validated.columns }),
    partition,
    ...(from && { from }),
    elsewhere: { read, dirty },
    limit: liveSettings(job, state.live).limit,
    ...(layout && { layout }),
    ...(isLimited(share) && { share }),
    storeRun,
    ...(replay && { replay }),
    ...(ends && sampleSize(job) > 0 && { before: ends }),
  };
}

/**
 * Each partition's share of the rate. Divided by how many may be written at a time, or fewer where no more are left: so that
 * the shares never add up to more than the rate, and are not left unused at the end.
 */
export function shareNow(state: State, job: Job, running: number): Rate {
  const { rate, parallelism } = liveSettings(job, state.live);
  const left = state.listed ? Math.min(parallelism, running + state.waiting.length) : parallelism;
  return shareOf(rate, Math.max(running, left));
}

/** The job as one write activity needs it: a list of a thousand files need not stand in history a thousand times. */
function ofOnePartition(job: Job, { input }: Partition, topic: string): Job {
  return { ...job, source: { ...job.source, path: input }, sink: { ...job.sink, topic } };
}
