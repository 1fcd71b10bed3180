import { userFault } from '../job/fault.js';
import { fullTopic } from '../job/full-topic.js';
import type { Job } from '../job/schema/job.js';
import {
  isTopicTemplate,
  MOST_TOPIC_LENGTH,
  type TableName,
  TOPIC_TEMPLATE,
  topicOf,
} from '../job/topic-template.js';
import { dirtySink } from './dirty-topic.js';

/** Topics that a job may write to: all of them are looked at before the first row, and stand in the state of its run. */
const MOST_TOPICS = 200;

/**
 * The topics of a job, each once, as it names them: without its namespace.
 * @throws Fault the user's `topic_illegal`, `topic_of_dirty_records`, `too_many_topics`, where a table makes none that can be used
 */
export function topicsOf(job: Job, tables: readonly TableName[]): readonly string[] {
  const { sink } = job;
  if (!isTopicTemplate(sink.topic)) return [sink.topic];
  const dirty = dirtySink(job)?.topic;
  const topics = new Set<string>();
  for (const table of tables) {
    const topic = topicOf(sink, table);
    if (topics.has(topic)) continue;
    const name = fullTopic({ ...sink, topic });
    if (!TOPIC_TEMPLATE.test(name) || name.length > MOST_TOPIC_LENGTH) throw illegal(sink.topic, name, table);
    if (name === dirty) throw isOfDirtyRecords(name, table);
    topics.add(topic);
    if (topics.size > MOST_TOPICS) throw tooMany(sink.topic);
  }
  return [...topics];
}

const told = ({ database, table }: TableName) => `table ${table} of ${database}`;

const illegal = (template: string, topic: string, table: TableName) =>
  userFault(
    'topic_illegal',
    `${template} makes ${topic} of ${told(table)}, which can't be the name of a topic: letters, digits, "_", "-", "%" and "|", at most ${MOST_TOPIC_LENGTH}.`,
    'Rename it, leave it out of source.path, or mend sink.topic.',
  );

const isOfDirtyRecords = (topic: string, table: TableName) =>
  userFault(
    'topic_of_dirty_records',
    `The topic of ${told(table)} is ${topic}, where the job keeps its dirty records.`,
    'Mend dirty.topic or sink.topic.',
  );

const tooMany = (template: string) =>
  userFault(
    'too_many_topics',
    `${template} makes more than ${MOST_TOPICS} topics of the tables of this job.`,
    'Make several jobs, each of a part of source.path.',
  );
