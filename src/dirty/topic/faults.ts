import { Fault, userFault } from '../../job/fault.js';

/** A store that fails ends the run: a record that can't be kept must not be passed over. What is no fault stays as it is. */
export function topicStoreFailed(topic: string, error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  const message = `Dirty records can not be kept in topic ${topic}: ${error.message}.`;
  const mend = `${ofDirtyTopic(error.mend)} Then go on with \`rocketlift retry\`: it begins at the watermark.`;
  // A message that is refused for what it is was made by the job, and is no record of its input.
  const fault = error.fault === 'world' ? 'world' : 'user';
  return new Fault({ code: 'dirty_store_failed', fault, message, mend }, { cause: error });
}

/** At a check, before anything depends on it. What the world does wrong stays as it is. */
export function topicUnusable(topic: string, error: unknown): unknown {
  if (!(error instanceof Fault) || error.fault === 'world') return error;
  return unusable(topic, error.message, ofDirtyTopic(error.mend), error);
}

/** The largest entry would be refused. */
export function entriesTooLarge(topic: string, entryBytes: number, maxMessageBytes: number): Fault {
  return unusable(
    topic,
    `an entry may have ${entryBytes} bytes, and its brokers take messages of ${maxMessageBytes} bytes at most`,
    'Lower dirty.maxRawBytes: what text becomes in JSON may have six times as many bytes. Or raise maxMessageSize of the brokers.',
  );
}

/** What was kept before is not there any more, so that going on would lose it. */
export function topicChanged(topic: string, kept: number, found: number): Fault {
  return userFault(
    'dirty_store_changed',
    `Topic ${topic} held ${kept} dirty records of the run when the replay began, and holds ${found} of them now.`,
    'Brokers remove messages when they are old enough (fileReservedTime), or when their disk is full. Replay again: it sends those that are left, under the same ids.',
  );
}

const unusable = (topic: string, why: string, mend: string, cause?: unknown) =>
  userFault(
    'dirty_store_unusable',
    `Nothing can be kept in topic ${topic} (dirty.topic): ${why}.`,
    mend,
    cause,
  );

/** What is said of a sink's topic, said of this one. */
const ofDirtyTopic = (text: string): string => text.replaceAll('sink.topic', 'dirty.topic');
