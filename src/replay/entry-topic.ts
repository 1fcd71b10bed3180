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

/** Every answer of a broker is waited for for some seconds only, and between them it is looked whether to stop. */
const NEVER = new AbortController().signal;

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
    async page(_, __, first, alive) {
      const stretches = await topic.stretches(NEVER);
      let entries = 0;
      for await (const _ of entriesOfRun(topic.messages(stretches, NEVER), place.run, alive)) entries++;
      if (entries === 0) throw nothingKept(place, expected);
      const spec: EntryStretches = { stretches, entries };
      return {
        partitions: [{ index: first, input, label: place.topic, sourceBytes: 0, start: 0, spec }],
        warnings: entries < expected ? [missingEntries(place, expected - entries)] : [],
      };
    },
    async *of({ spec }, alive) {
      const { stretches, entries } = spec as EntryStretches;
      let found = 0;
      for await (const { entry } of entriesOfRun(topic.messages(stretches, NEVER), place.run, alive)) {
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
  alive: () => void,
): Promise<readonly string[] | undefined> {
  const messages = topic.messages(await topic.stretches(NEVER), NEVER);
  for await (const { columns } of entriesOfRun(messages, run, alive)) return columns;
  return undefined;
}

/** What is to be said where the topic has fewer entries than a report counts. */
export const missingEntries = ({ topic, run }: Pick<DirtyTopic, 'topic' | 'run'>, missing: number): string =>
  `${missing} of the dirty records of ${run} are not found in topic ${topic}: brokers remove messages when they are old enough ` +
  '(fileReservedTime), or when their disk is full; or a broker that has them is away, or has queues that can not be read.';

const nothingKept = (place: Pick<DirtyTopic, 'topic' | 'run'>, expected: number) =>
  userFault(
    'nothing_kept',
    missingEntries(place, expected),
    'Look whether all brokers of the topic are there and can be read. If so, start the job anew, and keep messages for longer, or records in a folder (dirty.path).',
  );
