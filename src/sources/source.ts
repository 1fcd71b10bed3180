import type { RecordFault } from '../job/fault.js';
import type { Position } from '../job/report.js';
import type { TableName } from '../job/topic-template.js';

/** A part of the input that one activity writes. Plain data: it stands in workflow history. */
export interface Partition {
  /** Its number in the run, from 0, in the order of the input. */
  readonly index: number;
  /** Name of the input it is a part of (a file as the job names it). */
  readonly input: string;
  /** The table it is a part of. Absent where records of any may be in it, which takes a topic that is no template. */
  readonly table?: TableName;
  /** What a person sees on its bar in the Temporal UI: `orders.csv 64–128 MiB`. */
  readonly label: string;
  /** Bytes of the source it covers, for the progress bar. */
  readonly sourceBytes: number;
  /** Where its first record starts. */
  readonly start: Position;
  /** What else the source needs to read it. */
  readonly spec: unknown;
}

/** Where the next page of partitions starts; only the source that made it can tell what it means. */
export type Cursor = unknown;

export interface PartitionPage {
  readonly partitions: readonly Partition[];
  /** Absent on the last page. */
  readonly next?: Cursor;
  readonly warnings: readonly string[];
}

export interface SourceDescription {
  /** The names of the inputs, in order; there may be many. */
  readonly inputs: readonly string[];
  /** The tables that they hold, each once; none where {@link Partition.table} is absent. */
  readonly tables: readonly TableName[];
  /** Bytes of all inputs. */
  readonly sourceBytes: number;
  /** Names of the columns, where the source has a fixed set of them. */
  readonly columns?: readonly string[];
  readonly warnings: readonly string[];
}

/** Where a record comes from that was read from somewhere else before. */
export interface RecordOrigin {
  readonly input: string;
  readonly partition: number;
  readonly position: Position;
  /** The encoding of its bytes. */
  readonly encoding: string;
  /** What its source needs to read it again, where that is known. */
  readonly source?: unknown;
}

/**
 * Consecutive records of a partition, by index. Batches exist because one `await` a record costs more than
 * parsing it; what lies behind the functions is the reader's own affair.
 */
interface BatchOfRecords {
  readonly length: number;
  /** Of records that are replayed: where they stood at first. */
  origin?(i: number): RecordOrigin;
  /** Where reading goes on after record `i`. */
  positionAfter(i: number): Position;
  /** The id of record `i`: the same in every attempt and retry as long as the input is the same, else another. */
  id(i: number): string;
  /**
   * The bytes of record `i` as they stand in the input, or their start where the record is too long. Of a file that is
   * decompressed, or decoded before it is taken apart (UTF-16 …), those that come out: UTF-8, and 0xFF for what can't be decoded.
   */
  raw(i: number): Uint8Array;
  /** How many bytes record `i` has there, also where {@link raw} is only their start. */
  bytes(i: number): number;
  /** Where record `i` stands in the bytes that `raw` is a part of, from 0, for a person: `orders.csv byte 1048576`. */
  place(i: number): string;
  /** Why record `i` could not be read; its values must not be asked for then. */
  fault(i: number): RecordFault | undefined;
}

/** Records of named columns whose values are text; `null` where the input says so. */
export interface TextBatch extends BatchOfRecords {
  readonly shape: 'text';
  /** The names of the columns; one array for all batches of a read. */
  readonly columns: readonly string[];
  /** The values of record `i`, one a column of {@link SourceDescription.columns}. */
  values(i: number): readonly (string | null)[];
}

/** Records that are JSON objects. */
export interface JsonBatch extends BatchOfRecords {
  readonly shape: 'json';
  /** Record `i` as one valid JSON object, UTF-8, without white space around it. */
  json(i: number): Uint8Array;
}

export type RecordBatch = TextBatch | JsonBatch;

/**
 * A kind of input. Every method throws a `Fault`: the user's where the input is not as the job says,
 * the world's where it can't be reached just now.
 */
export interface Source {
  /** The encoding of what {@link BatchOfRecords.raw} gives. */
  readonly rawEncoding: string;
  /**
   * Checks that the input can be read and is as the job says, and tells what is in it.
   * @param alive called now and then; throws to stop
   */
  describe(alive?: () => void): Promise<SourceDescription>;
  /**
   * The next partitions after `cursor` (from the start without one), at most `limit`.
   * @param first the index of the first partition of the page
   * @param alive called now and then, so that a long scan can heartbeat; throws to stop
   */
  partition(
    cursor: Cursor | undefined,
    limit: number,
    first: number,
    alive: () => void,
  ): Promise<PartitionPage>;
  /**
   * The records of a partition from `position` on. Memory stays bounded whatever is in the input.
   * Checks, when it opens the input and when it comes to the end, that it is still what was partitioned.
   */
  read(partition: Partition, position: Position, signal: AbortSignal): AsyncIterable<RecordBatch>;
  /** Bytes of the source between a partition's start and `position`; 0 where it can't be told (in compressed files). */
  sourceBytesBefore(partition: Partition, position: Position): number;
  /** Throws the user's fault `input_changed` if the input is no longer what was partitioned. */
  verify(partition: Partition): Promise<void>;
}
