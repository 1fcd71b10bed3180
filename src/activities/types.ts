import type { Folders } from '../folders/folders.js';
import type { DirtyTopic } from '../job/dirty-place.js';
import type { Limit } from '../job/error-limit.js';
import type { FaultInfo } from '../job/fault.js';
import type { WriteHeartbeat } from '../job/heartbeat.js';
import type { RecordCounts, Watermark } from '../job/report.js';
import type { Job, Rate } from '../job/schema/job.js';
import type { TopicEnds } from '../job/verify.js';
import type { Layout } from '../rocketmq/producer.js';
import type { Cursor, Partition, PartitionPage } from '../sources/source.js';

/** Dirty records of a run that are to be sent again, after they or the job were mended. Plain data. */
export interface ReplaySpec {
  /** The run they are of, `workflowId/runId`. */
  readonly run: string;
  /** The folder that holds them, or the topic: one of the two. */
  readonly folder?: string;
  readonly topic?: DirtyTopic;
  /** A file of entries that comes instead of those. */
  readonly records?: string;
  /** What that run had counted. */
  readonly before: RecordCounts;
}

/** What the worker says of all jobs. */
export interface ActivityOptions {
  /** The folders that jobs may use. @default any, but no secrets from files */
  readonly folders?: Folders;
}

export interface ValidateInput {
  /** The job as the user wrote it, paths absolute. */
  readonly job: unknown;
  /** @see WriteInput.storeRun */
  readonly storeRun: string;
  readonly replay?: ReplaySpec;
}

/** A topic as it was before the first row. */
export interface TopicAtStart {
  /** As the job names it: without its namespace. */
  readonly topic: string;
  /** Its queues, where brokers are known: keys are given to them, where messages keep their order. */
  readonly layout?: Layout;
  /** Where its queues ended, of a job that verifies. */
  readonly ends?: TopicEnds;
}

export interface ValidateResult {
  /** The job with every default filled in. */
  readonly job: Job;
  /** Names of the source's columns, where it has a fixed set of them. */
  readonly columns?: readonly string[];
  readonly sourceBytes: number;
  /** Where its dirty records are kept: the path of a folder, or what `topicPlace` makes. */
  readonly dirtyStore?: string;
  /** All that it writes to. */
  readonly topics: readonly TopicAtStart[];
  readonly warnings: readonly string[];
}

export interface PartitionInput {
  readonly job: Job;
  readonly cursor?: Cursor;
  /** Partitions wanted, at most. */
  readonly limit: number;
  /** Index of the first one. */
  readonly first: number;
  readonly replay?: ReplaySpec;
}

export interface WriteInput {
  /** With the topic and the path of this partition alone. */
  readonly job: Job;
  readonly columns?: readonly string[];
  readonly partition: Partition;
  /** Where an earlier activity stopped, if there was one. */
  readonly from?: Watermark;
  /** What all other partitions had counted at launch, for the error limit. */
  readonly elsewhere: Pick<RecordCounts, 'read' | 'dirty'>;
  /** Dirty records that the job allows as it is now. */
  readonly limit: Limit;
  /** The partition's share of the job's rate at launch; it follows the run's answers from then on. */
  readonly share?: Rate;
  /** The run whose dirty records are kept together, `workflowId/runId`: the first of those that go on with one another. */
  readonly storeRun: string;
  /** @see TopicAtStart.layout */
  readonly layout?: Layout;
  readonly replay?: ReplaySpec;
  /** Where the topic's queues ended before the run, of a job that verifies a sample. */
  readonly before?: TopicEnds;
}

/** How far a partition was written. */
export interface WriteResult extends Watermark {
  /** Why it ended early, if that was because of too many dirty records. */
  readonly stoppedBy?: FaultInfo;
}

export interface VerifyCountInput {
  /** With the topic alone whose messages are counted. */
  readonly job: Job;
  /** Where the topic's queues ended before the first row. */
  readonly before: TopicEnds;
  /** Messages that were acknowledged since then. */
  readonly written: number;
  readonly duplicatesAtMost: number;
}

export interface VerifyCountResult {
  /** Messages that came into the topic since then. */
  readonly arrived: number;
  readonly warnings: readonly string[];
}

export interface HeartbeatsInput {
  readonly workflowId: string;
  readonly runId: string;
  /** The number of the question, for the answer. */
  readonly ask: number;
}

/** The activities of a migration, as the workflow sees them. */
export interface Activities {
  /**
   * Validates the job, the source and RocketMQ. Sends nothing.
   * @throws failure of a Fault
   */
  validateConnection(input: ValidateInput): Promise<ValidateResult>;
  /**
   * One page of the input's partitions.
   * @throws failure of a Fault
   */
  partitionInput(input: PartitionInput): Promise<PartitionPage>;
  /**
   * Writes one partition, from its last heartbeat on if there is one. Cancelled, or with more dirty records than are allowed,
   * it drains and returns its watermark.
   * @throws failure of a Fault; its second detail is the last {@link WriteHeartbeat}
   */
  writeBatch(input: WriteInput): Promise<WriteResult>;
  /**
   * Counts what came into the topic since the run began.
   * @throws failure of a Fault: `verify_failed` where that is less than was written
   */
  verifyCount(input: VerifyCountInput): Promise<VerifyCountResult>;
  /** Tells a run, by a signal, the last heartbeats of its write activities that have not ended, as the server knows them. */
  pendingHeartbeats(input: HeartbeatsInput): Promise<void>;
}
