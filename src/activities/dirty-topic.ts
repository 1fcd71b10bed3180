import { entriesTooLarge, topicUnusable } from '../dirty/topic/faults.js';
import type { ReadableTopic } from '../dirty/topic/reader.js';
import type { Folders } from '../folders/folders.js';
import type { DirtyTopic } from '../job/dirty-place.js';
import { Fault } from '../job/fault.js';
import { fullTopic } from '../job/full-topic.js';
import type { Job } from '../job/schema/job.js';
import type { Sink } from '../job/schema/sink.js';
import type { OpenOptions } from '../rocketmq/producer.js';
import { readableStretches, requireReadable, storedIn } from '../rocketmq/read-topic.js';
import { createTransport, type Log } from '../rocketmq/transports.js';

/** The topic of a job that keeps dirty records in one, as a sink: what the job says of its messages is not said of entries. */
export function dirtySink({ dirty, sink }: Job): Sink | undefined {
  if (dirty.mode !== 'keep' || dirty.topic === undefined) return undefined;
  const { tag: _, delay: __, createTopic: ___, compressOver: ____, namespace, ...rest } = sink;
  const topic = fullTopic({ topic: dirty.topic, ...(namespace !== undefined && { namespace }) });
  return { ...rest, topic, transport: 'nameserver', order: 'none' };
}

/** Characters of control become six bytes in JSON. */
const MOST_BYTES_IN_JSON = 6;
/** Of an entry without its record: paths, reasons, positions, and what is beside the body of a message. */
const REST_BYTES = 64 * 1024;

export interface CheckTopicOptions {
  readonly wait: OpenOptions;
  readonly log: Log;
  readonly folders: Folders | undefined;
  /** Names of the source's columns, which every entry holds. */
  readonly columns: readonly string[] | undefined;
}

/**
 * Looks whether dirty records can be kept in the topic that the job names, and read there. Sends nothing.
 * @returns what the report is to say
 * @throws Fault `dirty_store_unusable`, or the world's
 */
export async function checkDirtyTopic(
  job: Job,
  { wait, log, folders, columns = [] }: CheckTopicOptions,
): Promise<string[]> {
  const sink = dirtySink(job);
  if (!sink) return [];
  try {
    const { producer, topic } = await createTransport(sink, log, folders).open(wait);
    await producer.close();
    const most = job.dirty.maxRawBytes * MOST_BYTES_IN_JSON + REST_BYTES + JSON.stringify(columns).length;
    const { maxMessageBytes = most } = topic;
    if (most > maxMessageBytes) throw entriesTooLarge(sink.topic, most, maxMessageBytes);
    await requireReadable({ sink, folders }, wait);
    const unread = topic.brokers.filter(
      ({ readableQueues, writableQueues }) => readableQueues < writableQueues,
    );
    return unread.map(
      ({ name }) =>
        `Topic ${sink.topic} has queues on broker ${name} that can be written to and not be read: dirty records in them can't be looked at.`,
    );
  } catch (error) {
    if (error instanceof Fault && error.code === 'read_not_permitted') {
      return [
        `Dirty records are kept in topic ${sink.topic}, but can't be looked at: ${error.message}. ${error.mend}`,
      ];
    }
    if (error instanceof Fault && error.code === 'dirty_store_unusable') throw error;
    throw topicUnusable(sink.topic, error);
  }
}

/** How long to wait for each answer where nothing else says it, in milliseconds. */
const ANSWER_MS = 20_000;

/** A topic with dirty records, to be read with the credentials that its job names. */
export function readableTopic(
  { sink, topic, since }: DirtyTopic,
  folders: Folders | undefined,
): ReadableTopic {
  const access = { sink: { ...sink, topic }, folders };
  return {
    stretches: (signal) => readableStretches(access, since, { stage: 'check', timeoutMs: ANSWER_MS, signal }),
    messages: (stretches, signal) =>
      storedIn(stretches, access, { stage: 'write', timeoutMs: ANSWER_MS, signal }),
  };
}
