import { checkDirtyFolder } from '../dirty/stores.js';
import type { Folders } from '../folders/folders.js';
import type { Job } from '../job/schema/job.js';
import { type TopicEnds, verifyMode } from '../job/verify.js';
import { withPatience } from '../pipeline/patience.js';
import { createConverter } from '../records/converter.js';
import { createMissingTopic, missingTopic, type TopicToCreate } from '../rocketmq/missing-topic.js';
import type { TopicDescription } from '../rocketmq/producer.js';
import { tlsWarnings } from '../rocketmq/tls.js';
import { createTransport, type Log } from '../rocketmq/transports.js';
import { beginProof } from '../rocketmq/verify.js';
import type { SourceDescription } from '../sources/source.js';
import { checkDirtyTopic } from './dirty-topic.js';
import { requireHandable } from './job-size.js';
import { sourceOf } from './source-of.js';
import type { ReplaySpec } from './types.js';

export interface CheckResult {
  readonly source: SourceDescription;
  /** Absent where it is missing, and a run would create it. */
  readonly topic?: TopicDescription;
  /** What a run creates, or has created. */
  readonly toCreate?: TopicToCreate;
  /** Where the topic's queues end, of a job that verifies. */
  readonly topicEnds?: TopicEnds;
  readonly warnings: readonly string[];
}

/** How long servers may take to know a topic that was created, in milliseconds: a proxy remembers that it was missing. */
const CREATED_WITHIN_MS = 60_000;

export interface CheckOptions {
  readonly signal?: AbortSignal;
  readonly log?: Log;
  /** Whether a topic is created that the job creates where it is missing. @default false */
  readonly create?: boolean;
  /** @see MigrationInput.replay */
  readonly replay?: ReplaySpec;
  /** What jobs may use here. @default anything, but no secrets from files */
  readonly folders?: Folders;
}

/**
 * Looks whether a job can run from this machine: the source is readable and as declared, the transform fits it, RocketMQ
 * answers (both within `settings.connectTimeout`), the topic can be written to, and dirty records can be kept. Sends nothing; creates the topic only where `create` says so.
 * @throws Fault what is wrong and what to do
 */
export async function checkJob(job: Job, options: CheckOptions = {}): Promise<CheckResult> {
  const { signal = new AbortController().signal, log = () => {}, replay, folders } = options;
  const look = () => sourceOf(job, { replay, folders }).describe(() => signal.throwIfAborted());
  const source = await withPatience(look, { retryForMs: job.settings.connectTimeout, stop: signal });
  createConverter(job, source.columns);
  requireHandable(job, source.columns);
  await checkDirtyFolder(job.dirty, folders);
  const access = { sink: job.sink, folders };
  const wait = { stage: 'check', timeoutMs: job.settings.connectTimeout, signal } as const;
  const { createTopic } = job.sink;
  const toCreate = createTopic && (await missingTopic(access, createTopic, wait));
  const dirtyWarnings = await checkDirtyTopic(job, { wait, log, folders, columns: source.columns });
  const warnings = [...source.warnings, ...tlsWarnings(job.sink), ...dirtyWarnings];
  if (toCreate && !options.create) return { source, toCreate, warnings };
  // It is known to be there, but not to all servers at once.
  const known = toCreate
    ? ({ ...wait, stage: 'write', timeoutMs: Math.max(wait.timeoutMs, CREATED_WITHIN_MS) } as const)
    : wait;
  if (createTopic && toCreate) await createMissingTopic(access, createTopic, toCreate, known);
  const { producer, topic } = await createTransport(job.sink, log, folders).open(known);
  await producer.close();
  const mode = verifyMode(job);
  const topicEnds = mode === 'none' ? undefined : await beginProof(access, mode, wait);
  return { source, topic, ...(toCreate && { toCreate }), ...(topicEnds && { topicEnds }), warnings };
}
