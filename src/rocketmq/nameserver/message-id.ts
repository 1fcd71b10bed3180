import { createHash, randomBytes } from 'node:crypto';

/** Hexadecimal digits of each part of a message id. */
const RUN_DIGITS = 12;
const PRODUCER_DIGITS = 12;
const SEQUENCE_DIGITS = 8;

/** What the ids of all messages of a run begin with, by which its messages are told from those of other runs. */
export function runMark(run: string): string {
  return createHash('sha256').update(run).digest('hex').slice(0, RUN_DIGITS).toUpperCase();
}

/**
 * Makes the ids that RocketMQ calls unique (`UNIQ_KEY`), of 32 digits as those of its own client: the run's mark, the
 * producer's own by chance, a sequence.
 */
export function messageIds(run: string): () => string {
  const prefix =
    runMark(run) +
    randomBytes(PRODUCER_DIGITS / 2)
      .toString('hex')
      .toUpperCase();
  let sequence = 0;
  return () => prefix + (sequence++ >>> 0).toString(16).toUpperCase().padStart(SEQUENCE_DIGITS, '0');
}
