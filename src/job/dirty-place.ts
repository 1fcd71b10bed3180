import type { Sink } from './schema/sink.js';

/** A topic that holds the dirty records of a run, and how it is reached. Plain data; credentials are references. */
export interface DirtyTopic {
  readonly sink: Pick<Sink, 'namesrvAddr' | 'credentials' | 'tls'>;
  /** As servers know it. */
  readonly topic: string;
  /** The run whose entries they are, `workflowId/runId`: others may keep theirs in the same topic. */
  readonly run: string;
  /** No message that was stored before is one of them, in milliseconds since 1970. @default any may be */
  readonly since?: number;
}

const PREFIX = 'topic:';

/** Where a run keeps its dirty records, as its report says it: `topic:orders-dirty#orders/RUN-ID`. A folder is told by its path. */
export const topicPlace = (topic: string, run: string): string => `${PREFIX}${topic}#${run}`;

/** @returns undefined for a folder */
export function parseTopicPlace(place: string): Pick<DirtyTopic, 'topic' | 'run'> | undefined {
  // No topic has a "#" in its name, and the path of a folder is absolute.
  const at = place.indexOf('#');
  if (!place.startsWith(PREFIX) || at < 0) return undefined;
  return { topic: place.slice(PREFIX.length, at), run: place.slice(at + 1) };
}
