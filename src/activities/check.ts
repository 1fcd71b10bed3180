import { checkDirtyFolder } from '../dirty/stores.js';
import type { Folders } from '../folders/folders.js';
import { placesWarnings } from '../job/places.js';
import type { Job } from '../job/schema/job.js';
import { withPatience } from '../pipeline/patience.js';
import { createConverter } from '../records/converter.js';
import { tlsWarnings } from '../rocketmq/tls.js';
import type { Log } from '../rocketmq/transports.js';
import type { SourceDescription } from '../sources/source.js';
import { type CheckedTopic, checkTopics } from './check-topics.js';
import { checkDirtyTopic } from './dirty-topic.js';
import { requireHandable } from './job-size.js';
import { sourceOf } from './source-of.js';
import { topicsOf } from './topics.js';
import type { ReplaySpec } from './types.js';

export interface CheckResult {
  readonly source: SourceDescription;
  /** Those of the source's tables. */
  readonly topics: readonly CheckedTopic[];
  readonly warnings: readonly string[];
}

export interface CheckOptions {
  readonly signal?: AbortSignal;
  readonly log?: Log;
  /** Whether topics are created that the job creates where they are missing. @default false */
  readonly create?: boolean;
  /** @see MigrationInput.replay */
  readonly replay?: ReplaySpec;
  /** What jobs may use here. @default anything, but no secrets from files */
  readonly folders?: Folders;
}

/**
 * Looks whether a job can run from this machine: the source is readable and as declared, the transform fits it, RocketMQ
 * answers (both within `settings.connectTimeout`), its topics can be written to, and dirty records can be kept. Sends nothing; creates topics only
 * where `create` says so.
 * @throws Fault what is wrong and what to do
 */
export async function checkJob(job: Job, options: CheckOptions = {}): Promise<CheckResult> {
  const { signal = new AbortController().signal, log = () => {}, replay, folders } = options;
  const look = () => sourceOf(job, { replay, folders }).describe(() => signal.throwIfAborted());
  const source = await withPatience(look, { retryForMs: job.settings.connectTimeout, stop: signal });
  createConverter(job, source.columns);
  requireHandable(job, source.columns);
  await checkDirtyFolder(job.dirty, folders);
  const topics = topicsOf(job, source.tables);
  const wait = { stage: 'check', timeoutMs: job.settings.connectTimeout, signal } as const;
  const dirtyWarnings = await checkDirtyTopic(job, { wait, log, folders, columns: source.columns });
  const warnings = [...source.warnings, ...tlsWarnings(job.sink), ...rateWarnings(job), ...dirtyWarnings];
  return {
    source,
    topics: await checkTopics(job, topics, { log, folders, signal, create: options.create ?? false }),
    warnings,
  };
}

/** Where messages keep their order, partitions are written one after another. */
const rateWarnings = ({ settings, sink }: Job): string[] =>
  sink.order === 'key' ? [] : placesWarnings(settings);
