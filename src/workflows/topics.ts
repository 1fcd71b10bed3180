import type { TopicAtStart, ValidateResult } from '../activities/types.js';
import type { FaultInfo } from '../job/fault.js';
import { fullTopic } from '../job/full-topic.js';
import type { Tally } from '../job/report.js';
import type { Job } from '../job/schema/job.js';
import { topicOf } from '../job/topic-template.js';
import type { Partition } from '../sources/source.js';

/** What a run has sent to one of its topics. */
export interface TopicState extends Pick<TopicAtStart, 'topic' | 'ends'> {
  /** Of the partitions that are done. */
  sent: Sent;
}

type Sent = Pick<Tally, 'messages' | 'duplicatesAtMost'>;

/** What of a run's state tells of its topics. */
interface OfTopics {
  readonly topics: TopicState[];
  readonly validated?: Pick<ValidateResult, 'job'>;
  readonly waiting: readonly { readonly partition: Partition; readonly from?: Sent }[];
}

const NOTHING_SENT: Sent = { messages: 0, duplicatesAtMost: 0 };

/** Takes in the topics that were found; of those that an earlier run knew, it goes on with what that had counted. */
export function addTopics(state: Pick<OfTopics, 'topics'>, topics: readonly TopicAtStart[]): void {
  for (const { topic, ends } of topics) {
    if (topicState(state, topic)) continue;
    state.topics.push({ topic, ...(ends && { ends }), sent: NOTHING_SENT });
  }
}

export const topicState = ({ topics }: Pick<OfTopics, 'topics'>, topic: string): TopicState | undefined =>
  topics.find((one) => one.topic === topic);

/** Takes in what was sent of a partition that is done. */
export function addSent(state: OfTopics, { table }: Partition, tally: Sent): void {
  const { validated } = state;
  const topic = validated && topicState(state, topicOf(validated.job.sink, table));
  if (topic) topic.sent = plus(topic.sent, tally);
}

/** What stands to the account of each topic: what is done, and what is done of partitions that wait. */
export function topicsAtRest({ topics, waiting, validated }: OfTopics): readonly TopicState[] {
  if (!validated) return topics;
  const sums = new Map(topics.map((one) => [one.topic, { ...one }]));
  for (const { partition, from } of waiting) {
    const sum = from && sums.get(topicOf(validated.job.sink, partition.table));
    if (sum) sum.sent = plus(sum.sent, from);
  }
  return [...sums.values()];
}

const plus = (a: Sent, b: Sent): Sent => ({
  messages: a.messages + b.messages,
  duplicatesAtMost: a.duplicatesAtMost + b.duplicatesAtMost,
});

/** A file that came after the run was validated may be of a table whose topic nobody has looked at. */
export function unknownTopic(
  state: Pick<OfTopics, 'topics'>,
  { sink }: Job,
  partitions: readonly Partition[],
): FaultInfo | undefined {
  for (const { input, table } of partitions) {
    const topic = topicOf(sink, table);
    if (topicState(state, topic)) continue;
    return {
      code: 'input_changed',
      fault: 'user',
      message: `${input} was added while the run began, and topic ${fullTopic({ ...sink, topic })} was not checked.`,
      mend: 'Run the job again.',
    };
  }
  return undefined;
}
