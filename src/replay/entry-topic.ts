import { topicChanged } from '../dirty/topic/faults.js';
import { entriesOfRun, type QueueStretch, type ReadableTopic } from '../dirty/topic/reader.js';
import type { DirtyTopic } from '../job/dirty-place.js';
import { userFault } from '../job/fault.js';
import type { Entries } from './entries.js';

/** What was found when the replay began. */
interface EntryStretches {
  readonly stretches: readonly QueueStretch[];
  /** Entries of the run in them. */
  readonly entries: number;
}

export interface EntryTopicOptions {
  readonly topic: ReadableTopic;
  readonly place: Pick<DirtyTopic, 'topic' | 'run'>;
  /** Entries that the run's report counts. */
  readonly expected: number;
}

/** The entries of a run in a topic; all of them are one partition, as copies of an entry may stand in any queue. */
export function entriesInTopic({ topic, place, expected }: EntryTopicOptions): Entries {
  const input = `topic ${place.topic}`;
  return {
    // How many bytes of the topic are the run's is known only when they have been read.
    describe: async () => ({ inputs: [input], sourceBytes: 0 }),
    async page(_, __, first, signal = new AbortController().signal) {
      const stretches = await topic.stretches(signal);
      let entries = 0;
      for await (const _ of entriesOfRun(topic.messages(stretches, signal), place.run)) entries++;
      if (entries === 0) throw nothingKept(place, expected);
      const spec: EntryStretches = { stretches, entries };
      return {
        partitions: [{ index: first, input, label: place.topic, sourceBytes: 0, start: 0, spec }],
        warnings: entries < expected ? [missingEntries(place, expected - entries)] : [],
      };
    },
    async *of({ spec }, signal) {
      const { stretches, entries } = spec as EntryStretches;
      let found = 0;
      for await (const { entry } of entriesOfRun(topic.messages(stretches, signal), place.run)) {
        found++;
        yield entry;
      }
      if (found !== entries) throw topicChanged(place.topic, entries, found);
    },
    // Messages don't change; whether they are still there is seen at the end.
    verify: async () => {},
  };
}

/** The names of columns that the first entry holds; undefined where there is none. */
export async function columnsInTopic(
  topic: ReadableTopic,
  { run }: Pick<DirtyTopic, 'run'>,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const messages = topic.messages(await topic.stretches(signal), signal);
  for await (const { columns } of entriesOfRun(messages, run)) return columns;
  return undefined;
}

/** What is to be said where the topic has fewer entries than a report counts. */
export const missingEntries = ({ topic, run }: Pick<DirtyTopic, 'topic' | 'run'>, missing: number): string =>
  `${missing} of the dirty records of ${run} are not in topic ${topic} any more: brokers remove messages when they are old enough ` +
  '(fileReservedTime), or when their disk is full.';

const nothingKept = (place: Pick<DirtyTopic, 'topic' | 'run'>, expected: number) =>
  userFault(
    'nothing_kept',
    missingEntries(place, expected),
    'Start the job anew, and keep messages for longer, or records in a folder (dirty.path).',
  );
