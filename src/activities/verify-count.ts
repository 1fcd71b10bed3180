import { log } from '@temporalio/activity';
import { worldFault } from '../job/fault.js';
import { fullTopic } from '../job/full-topic.js';
import { countSince } from '../rocketmq/verify.js';
import { toFailure } from './failures.js';
import type { ActivityOptions, VerifyCountInput, VerifyCountResult } from './types.js';
import { withHeartbeats } from './with-heartbeats.js';

/** How long brokers are asked at least, whatever the job says, in milliseconds: what they acknowledged is counted later. */
const PATIENCE_MS = 60_000;

/** @see Activities.verifyCount */
export async function verifyCount(
  { job, before, written, duplicatesAtMost }: VerifyCountInput,
  { folders }: ActivityOptions = {},
): Promise<VerifyCountResult> {
  return withHeartbeats(async (signal) => {
    try {
      const { messages, newBrokers } = await countSince(
        { sink: job.sink, folders },
        { before, least: written },
        {
          stage: 'write',
          timeoutMs: Math.max(job.settings.retryFor, PATIENCE_MS),
          signal,
          onWaiting: ({ message }) => log.warn(message),
        },
      );
      if (messages < written) throw tooFew(fullTopic(job.sink), messages, written);
      return { arrived: messages, warnings: warningsOf(messages, written + duplicatesAtMost, newBrokers) };
    } catch (error) {
      signal.throwIfAborted();
      throw toFailure(error);
    }
  });
}

function warningsOf(arrived: number, most: number, newBrokers: readonly string[]): string[] {
  const warnings: string[] = [];
  if (arrived > most) {
    warnings.push(
      `${arrived} messages came into the topic since the run began, ${arrived - most} more than it can have written: ` +
        'others wrote to it as well, so that the count proves less.',
    );
  }
  if (newBrokers.length > 0) {
    warnings.push(
      `The topic was not on ${newBrokers.join(', ')} when the run began: all messages there were counted as new.`,
    );
  }
  return warnings;
}

const tooFew = (topic: string, arrived: number, written: number) =>
  worldFault(
    'verify_failed',
    `${written} messages were acknowledged, but only ${arrived} came into topic ${topic} since the run began: ${written - arrived} are missing.`,
    'Look whether a broker lost its disk or crashed before it flushed, or whether the topic was made anew; then run the job again: records keep their ids.',
  );
