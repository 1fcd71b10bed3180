import { heartbeatsOf } from '../client/heartbeats.js';
import type { RunProgress } from '../client/progress.js';
import { number, plural } from './format.js';

/** One line: `writing: 12,000 records, 5,012/s, 3 dirty, 2 of 12 partitions`. */
export function progressLine(progress: RunProgress, rate: number): string {
  const { records, partitions } = progress;
  const known = `${number(partitions.known)}${partitions.listed ? '' : ' or more'}`;
  return [
    `${phaseText(progress)}: ${plural(records.read, 'record')}`,
    ...(rate > 0 ? [`${number(rate)}/s`] : []),
    ...(records.dirty > 0 ? [`${number(records.dirty)} dirty`] : []),
    ...(partitions.known > 0 ? [`${number(partitions.done)} of ${known} partitions`] : []),
    ...troubles(progress),
  ].join(', ');
}

export function phaseText({ state, phase, answered }: RunProgress): string {
  if (state !== 'running') return state;
  return answered ? phase : 'no answer from a worker';
}

/** What the activities wait for, each trouble once. */
export function troubles({ activities }: RunProgress): string[] {
  const waits = heartbeatsOf(activities).flatMap(({ waitingFor }) =>
    waitingFor ? [`waiting: ${waitingFor.message}`] : [],
  );
  return [...new Set(waits)];
}

/** The part of the source that is behind, from 0 to 1. */
export function fractionDone({ sourceBytes: { done, total } }: RunProgress): number {
  return total === 0 ? 0 : Math.min(1, done / total);
}
