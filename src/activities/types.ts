import type { WriteHeartbeat } from '../job/heartbeat.js';
import type { RecordCounts, Watermark } from '../job/report.js';
import type { Job } from '../job/schema/job.js';
import type { Cursor, Partition, PartitionPage } from '../sources/source.js';

export interface ValidateInput {
  /** The job as the user wrote it, paths absolute. */
  readonly job: unknown;
}

export interface ValidateResult {
  /** The job with every default filled in. */
  readonly job: Job;
  /** Names of the source's columns, where it has a fixed set of them. */
  readonly columns?: readonly string[];
  readonly sourceBytes: number;
  readonly warnings: readonly string[];
}

export interface PartitionInput {
  readonly job: Job;
  readonly cursor?: Cursor;
  /** Partitions wanted, at most. */
  readonly limit: number;
  /** Index of the first one. */
  readonly first: number;
}

export interface WriteInput {
  readonly job: Job;
  readonly columns?: readonly string[];
  readonly partition: Partition;
  /** Where an earlier activity stopped, if there was one. */
  readonly from?: Watermark;
  /** What all other partitions had counted at launch, for the error limit. */
  readonly elsewhere: Pick<RecordCounts, 'read' | 'dirty'>;
}

export interface HeartbeatsInput {
  readonly workflowId: string;
  readonly runId: string;
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
   * Writes one partition, from its last heartbeat on if there is one. Cancelled, it drains and returns its watermark.
   * @throws failure of a Fault; its second detail is the last {@link WriteHeartbeat}
   */
  writeBatch(input: WriteInput): Promise<Watermark>;
  /** The last heartbeats of a run's write activities that have not ended, as the server knows them. */
  pendingHeartbeats(input: HeartbeatsInput): Promise<readonly WriteHeartbeat[]>;
}
