import { log } from '@temporalio/activity';
import type { Folders } from '../folders/folders.js';
import { worldFault } from '../job/fault.js';
import { fullTopic } from '../job/full-topic.js';
import { picksOf } from '../job/sample.js';
import { findSince, type NotFound } from '../rocketmq/verify.js';
import type { StopRequest } from './stop-request.js';
import type { WriteInput, WriteResult } from './types.js';

/** How long brokers are asked at least, whatever the job says, in milliseconds: their index is behind what they acknowledged. */
const PATIENCE_MS = 60_000;
/** Time between two heartbeats, in milliseconds. */
const HEARTBEAT_MS = 1000;
/** Records that a failure names. */
const MOST_NAMED = 10;

/**
 * Finds the sample of a partition again that has been written to its end.
 * @param alive heartbeats
 * @returns the watermark without the sample
 * @throws Fault the world's `verify_failed`; the signal's reason
 */
export async function verifySample(
  { sample, ...written }: WriteResult,
  { job, partition, before = {} }: WriteInput,
  folders: Folders | undefined,
  stop: StopRequest,
  alive: () => Promise<void>,
): Promise<WriteResult> {
  if (!sample) return written;
  const picks = picksOf(sample);
  const timer = setInterval(() => {
    alive().catch((error: unknown) =>
      log.warn('a heartbeat could not be recorded', { error: String(error) }),
    );
  }, HEARTBEAT_MS);
  try {
    const notFound = await findSince(
      { sink: job.sink, folders },
      { before, picks },
      {
        stage: 'write',
        timeoutMs: Math.max(job.settings.retryFor, PATIENCE_MS),
        signal: stop.signal,
        onWaiting: ({ message }) => log.warn(message),
      },
    );
    if (notFound.length > 0) throw failed(partition.label, fullTopic(job.sink), notFound, picks.length);
    return { ...written, sampled: picks.length };
  } finally {
    clearInterval(timer);
  }
}

function failed(label: string, topic: string, notFound: readonly NotFound[], of: number) {
  const named = notFound
    .slice(0, MOST_NAMED)
    .map(({ id, why }) => `${id} (${why === 'missing' ? 'not there' : 'with another body'})`);
  const more = notFound.length > MOST_NAMED ? ` and ${notFound.length - MOST_NAMED} more` : '';
  return worldFault(
    'verify_failed',
    `${notFound.length} of ${of} messages of ${label} that were acknowledged and looked for are not in topic ${topic} as they were sent: record ${named.join(', ')}${more}.`,
    'Look whether a broker lost its disk or crashed before it flushed, or whether its index of keys is disabled; then run the job again: records keep their ids.',
  );
}
