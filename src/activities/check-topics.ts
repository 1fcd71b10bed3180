import type { Folders } from '../folders/folders.js';
import { Fault, userFault } from '../job/fault.js';
import type { Job } from '../job/schema/job.js';
import { type TopicEnds, verifyMode } from '../job/verify.js';
import { createMissingTopic, missingTopic, type TopicToCreate } from '../rocketmq/missing-topic.js';
import type { OpenOptions, TopicDescription } from '../rocketmq/producer.js';
import { createTransport, type Log } from '../rocketmq/transports.js';
import { beginProof } from '../rocketmq/verify.js';

export interface CheckedTopic {
  /** As the job names it: without its namespace. */
  readonly topic: string;
  /** Absent where it is missing, and a run would create it. */
  readonly found?: TopicDescription;
  /** What a run creates, or has created. */
  readonly toCreate?: TopicToCreate;
  /** Where its queues end, of a job that verifies. */
  readonly ends?: TopicEnds;
}

export interface CheckTopicsOptions {
  readonly log: Log;
  readonly folders: Folders | undefined;
  readonly signal: AbortSignal;
  /** Whether topics are created that the job creates where they are missing. */
  readonly create: boolean;
}

/** How long servers may take to know a topic that was created, in milliseconds: a proxy remembers that it was missing. */
const CREATED_WITHIN_MS = 60_000;

/**
 * Looks whether all topics can be written to, and then creates those that are missing.
 * @throws Fault of all topics that can't be used together, or of what keeps them from being looked at
 */
export async function checkTopics(
  job: Job,
  topics: readonly string[],
  options: CheckTopicsOptions,
): Promise<CheckedTopic[]> {
  const looks = await each(topics, (topic) => look(job, topic, options));
  requireHandable(looks);
  const { createTopic } = job.sink;
  if (!options.create || !createTopic) return looks;
  return await each(looks, async (checked) =>
    checked.toCreate
      ? await create(job, createTopic, { ...checked, toCreate: checked.toCreate }, options)
      : checked,
  );
}

async function look(job: Job, topic: string, options: CheckTopicsOptions): Promise<CheckedTopic> {
  const { access, wait } = waysTo(job, topic, options);
  const { createTopic } = job.sink;
  const toCreate = createTopic && (await missingTopic(access, createTopic, wait));
  if (toCreate) return { topic, toCreate };
  return await describe(job, topic, options, wait);
}

async function create(
  job: Job,
  spec: NonNullable<Job['sink']['createTopic']>,
  { topic, toCreate }: CheckedTopic & { readonly toCreate: TopicToCreate },
  options: CheckTopicsOptions,
): Promise<CheckedTopic> {
  const { access, wait } = waysTo(job, topic, options);
  // It is known to be there, but not to all servers at once.
  const known = {
    ...wait,
    stage: 'write',
    timeoutMs: Math.max(wait.timeoutMs, CREATED_WITHIN_MS),
  } as const;
  await createMissingTopic(access, spec, toCreate, known);
  return { ...(await describe(job, topic, options, known)), toCreate };
}

async function describe(
  job: Job,
  topic: string,
  options: CheckTopicsOptions,
  opening: OpenOptions,
): Promise<CheckedTopic> {
  const { access, wait } = waysTo(job, topic, options);
  const { producer, topic: found } = await createTransport(access.sink, options.log, options.folders).open(
    opening,
  );
  await producer.close();
  const mode = verifyMode(job);
  if (mode === 'none') return { topic, found };
  return { topic, found, ends: await beginProof(access, mode, wait) };
}

function waysTo({ sink, settings }: Job, topic: string, { folders, signal }: CheckTopicsOptions) {
  return {
    access: { sink: { ...sink, topic }, folders },
    wait: { stage: 'check', timeoutMs: settings.connectTimeout, signal } as const,
  };
}

/** Codes of what is wrong with a topic, and needs not be with the next one. */
const OF_ONE_TOPIC = new Set([
  'topic_not_found',
  'topic_type',
  'topic_illegal',
  'no_permission',
  'create_not_permitted',
  'verify_not_permitted',
]);

/** One after the other, so that a job of many topics is no burden; what is wrong with single ones is told of all of them. */
async function each<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const faults: Fault[] = [];
  for (const one of all) {
    try {
      results.push(await work(one));
    } catch (error) {
      if (!(error instanceof Fault) || !OF_ONE_TOPIC.has(error.code)) throw error;
      faults.push(error);
    }
  }
  if (faults.length > 0) throw together(faults, all.length);
  return results;
}

/** All that is wrong, and for each kind of it what to do: mends name the first topic of their kind. */
function together(faults: readonly Fault[], of: number): Fault {
  const [first] = faults;
  if (faults.length === 1) return first;
  const kinds = new Map(
    faults.map((fault) => [fault.code, faults.filter(({ code }) => code === fault.code)]),
  );
  const told = [...kinds.values()].map((same) => same.map(({ message }) => message).join('; '));
  const mends = [...kinds].map(([code, same]) => `${code}, for each of ${same.length}: ${same[0].mend}`);
  return userFault(
    first.code,
    `${faults.length} of ${of} topics can't be written to: ${told.join('; ')}`,
    kinds.size === 1 ? `For each of them: ${first.mend}` : mends.join(' '),
    first,
  );
}

/** What is known of topics goes with a run from the one to the next, and Temporal takes 2 MiB in all. */
const MAX_BYTES = 256 * 1024;

function requireHandable(topics: readonly CheckedTopic[]): void {
  const known = topics.map(({ topic, found, ends }) => ({ topic, layout: found?.layout, ends }));
  const bytes = Buffer.byteLength(JSON.stringify(known));
  if (bytes <= MAX_BYTES) return;
  throw userFault(
    'too_many_topics',
    `The queues of ${topics.length} topics take ${Math.ceil(bytes / 1024)} KiB in a run; ${MAX_BYTES / 1024} KiB are the most.`,
    'Make several jobs, each of a part of source.path.',
  );
}
