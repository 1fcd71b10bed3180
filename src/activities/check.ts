import { checkDirtyStore } from '../dirty/stores.js';
import type { Folders } from '../folders/folders.js';
import type { Job } from '../job/schema/job.js';
import { type TopicEnds, verifyMode } from '../job/verify.js';
import { withPatience } from '../pipeline/patience.js';
import { createConverter } from '../records/converter.js';
import type { TopicDescription } from '../rocketmq/producer.js';
import { tlsWarnings } from '../rocketmq/tls.js';
import { createTransport, type Log } from '../rocketmq/transports.js';
import { beginProof } from '../rocketmq/verify.js';
import type { SourceDescription } from '../sources/source.js';
import { requireHandable } from './job-size.js';
import { sourceOf } from './source-of.js';
import type { ReplaySpec } from './types.js';

export interface CheckResult {
  readonly source: SourceDescription;
  readonly topic: TopicDescription;
  /** Where the topic's queues end, of a job that verifies. */
  readonly topicEnds?: TopicEnds;
  readonly warnings: readonly string[];
}

export interface CheckOptions {
  readonly signal?: AbortSignal;
  readonly log?: Log;
  /** @see MigrationInput.replay */
  readonly replay?: ReplaySpec;
  /** What jobs may use here. @default anything, but no secrets from files */
  readonly folders?: Folders;
}

/**
 * Looks whether a job can run from this machine: the source is readable and as declared, the transform fits it, RocketMQ
 * answers (both within `settings.connectTimeout`), the topic can be written to, and dirty records can be kept. Sends nothing.
 * @throws Fault what is wrong and what to do
 */
export async function checkJob(job: Job, options: CheckOptions = {}): Promise<CheckResult> {
  const { signal = new AbortController().signal, log = () => {}, replay, folders } = options;
  const look = () => sourceOf(job, { replay, folders }).describe(() => signal.throwIfAborted());
  const source = await withPatience(look, { retryForMs: job.settings.connectTimeout, stop: signal });
  createConverter(job, source.columns);
  requireHandable(job, source.columns);
  await checkDirtyStore(job.dirty, folders);
  const wait = { stage: 'check', timeoutMs: job.settings.connectTimeout, signal } as const;
  const { producer, topic } = await createTransport(job.sink, log, folders).open(wait);
  await producer.close();
  const warnings = [...source.warnings, ...tlsWarnings(job.sink)];
  const mode = verifyMode(job);
  const topicEnds = mode === 'none' ? undefined : await beginProof({ sink: job.sink, folders }, mode, wait);
  return { source, topic, ...(topicEnds && { topicEnds }), warnings };
}
