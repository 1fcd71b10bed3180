import { storeFolder } from '../dirty/folder/layout.js';
import { topicPlace } from '../job/dirty-place.js';
import { fullTopic } from '../job/full-topic.js';
import { validateJobDocument } from '../job/parse.js';
import type { Job } from '../job/schema/job.js';
import { checkJob } from './check.js';
import type { CheckedTopic } from './check-topics.js';
import { dirtySink } from './dirty-topic.js';
import { toFailure } from './failures.js';
import { activityLog } from './log.js';
import type { ActivityOptions, TopicAtStart, ValidateInput, ValidateResult } from './types.js';
import { withHeartbeats } from './with-heartbeats.js';

/** @see Activities.validateConnection */
export async function validateConnection(
  { job: document, storeRun, replay }: ValidateInput,
  options: ActivityOptions = {},
): Promise<ValidateResult> {
  return withHeartbeats(async (signal) => {
    try {
      // Once more: a run that was started from the Temporal UI or a schedule has not been through the client.
      const job = validateJobDocument(document);
      const { source, topics, warnings } = await checkJob(job, {
        ...options,
        create: true,
        signal,
        log: activityLog(),
        ...(replay && { replay }),
      });
      return {
        job,
        ...(source.columns && { columns: source.columns }),
        sourceBytes: source.sourceBytes,
        ...dirtyPlace(job, storeRun),
        topics: topics.map(atStart),
        warnings: [...warnings, ...created(job, topics)],
      };
    } catch (error) {
      signal.throwIfAborted();
      throw toFailure(error);
    }
  });
}

function dirtyPlace(job: Job, run: string): Pick<ValidateResult, 'dirtyStore'> {
  const topic = dirtySink(job)?.topic;
  if (topic !== undefined) return { dirtyStore: topicPlace(topic, run) };
  const { path } = job.dirty;
  return path === undefined ? {} : { dirtyStore: storeFolder(path, run) };
}

const atStart = ({ topic, found, ends }: CheckedTopic): TopicAtStart => ({
  topic,
  ...(found?.layout && { layout: found.layout }),
  ...(ends && { ends }),
});

/** Topics that a warning names. */
const MOST_NAMED = 10;

/** One warning however many there are: a report has room for some. */
function created({ sink }: Job, topics: readonly CheckedTopic[]): string[] {
  const made = topics.flatMap(({ topic, toCreate }) => (toCreate ? [{ topic, toCreate }] : []));
  if (made.length === 0) return [];
  const names = made.slice(0, MOST_NAMED).map(({ topic }) => fullTopic({ ...sink, topic }));
  const { queues, type, brokers } = made[0].toCreate;
  const how = `created with ${queues} queues of type ${type} on ${brokers.join(', ')}`;
  if (made.length === 1) return [`Topic ${names[0]} did not exist; it was ${how}.`];
  const more = made.length > MOST_NAMED ? ` and ${made.length - MOST_NAMED} more` : '';
  return [`${made.length} topics did not exist: ${names.join(', ')}${more}; they were ${how}.`];
}
