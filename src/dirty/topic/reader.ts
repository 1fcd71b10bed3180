import { type KeptEntry, keptEntry, type TopicMessage } from './message.js';

/** A stretch of a queue. Plain data. */
export interface QueueStretch {
  readonly broker: string;
  readonly queue: number;
  /** Offset of the first message. */
  readonly from: number;
  /** Offset behind the last one. */
  readonly to: number;
}

/** A topic that can be read. Every method throws a `Fault`. */
export interface ReadableTopic {
  /** What its queues hold now: all that was acknowledged before. */
  stretches(signal: AbortSignal): Promise<readonly QueueStretch[]>;
  /** The messages of stretches that are still there, the oldest first; the same order each time. */
  messages(stretches: readonly QueueStretch[], signal: AbortSignal): AsyncIterable<TopicMessage>;
}

/**
 * The entries of a run among messages, each id once: one that was sent again comes first as it was sent first. Holds
 * the ids of all, and nothing else.
 * @param run `workflowId/runId`
 * @param alive called for each message, also of others; throws to stop
 */
export async function* entriesOfRun(
  messages: AsyncIterable<TopicMessage>,
  run: string,
  alive: () => void = () => {},
): AsyncGenerator<KeptEntry> {
  const seen = new Set<string>();
  for await (const message of messages) {
    alive();
    const kept = keptEntry(message, run);
    if (!kept || seen.has(kept.entry.id)) continue;
    seen.add(kept.entry.id);
    yield kept;
  }
}
