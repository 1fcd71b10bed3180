import { fullTopic } from './full-topic.js';
import type { Job } from './schema/job.js';

/**
 * Search attributes a run carries, with the type each must be registered with on the Temporal server.
 * They hold names and counts only, never a value from a record or a secret: search attributes are not encrypted.
 */
export const SEARCH_ATTRIBUTES = {
  RocketliftJob: 'Keyword',
  RocketliftTopic: 'Keyword',
  RocketliftSource: 'Keyword',
  RocketliftPhase: 'Keyword',
  RocketliftDirty: 'Int',
} as const;

export type SearchAttributeName = keyof typeof SEARCH_ATTRIBUTES;

/** What a run carries once its job is known; phase and dirty count come later. */
export const startValues = ({ name, sink, source }: Job) =>
  [
    ['RocketliftJob', name],
    ['RocketliftTopic', fullTopic(sink)],
    ['RocketliftSource', source.type],
  ] as const satisfies readonly (readonly [SearchAttributeName, string])[];

/** The command that registers them, for a server where they are missing. */
export function registerCommand(namespace: string): string {
  const flags = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => `--name ${name} --type ${type}`);
  return `temporal operator search-attribute create --namespace ${namespace} ${flags.join(' ')}`;
}
