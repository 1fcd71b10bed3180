import type { FaultInfo } from './fault.js';
import type { Sample } from './sample.js';
import type { Verified } from './verify.js';

/** Counts of records. `read = written + dirty + filtered` holds for every partition, or the run fails. */
export interface RecordCounts {
  readonly read: number;
  readonly written: number;
  readonly dirty: number;
  readonly filtered: number;
}

/** What has been done so far by a partition, an input or a run. Tallies add up. */
export interface Tally {
  readonly records: RecordCounts;
  /** Messages the broker acknowledged. */
  readonly messages: number;
  /** Bytes of the bodies of those messages. */
  readonly bytes: number;
  /** Requests that were sent again. */
  readonly retries: number;
  /** The most messages that may stand in the topic twice because of crashes and sends without an answer. */
  readonly duplicatesAtMost: number;
  /** Of those messages, what brokers stored but could not flush or replicate in time; absent where they could. */
  readonly storedOnly?: number;
}

/** Where reading goes on: a byte offset or a key. Only the source that made it can tell what it means. */
export type Position = number | string;

/** How much a dirty store holds of a partition. */
export interface StoreLength {
  readonly entries: number;
  /** In whatever unit the store counts; bytes in a folder. */
  readonly length: number;
}

/**
 * How far a partition has come: everything before `position` is acknowledged or kept as dirty.
 * This is what a write activity heartbeats, resumes from and returns.
 */
export interface Watermark extends Tally {
  readonly position: Position;
  /** Of a job that keeps dirty records: how much of the partition's part of the store belongs to what lies before. */
  readonly kept?: StoreLength;
  /**
   * Messages behind the position that may have been stored by an attempt that crashed, and are asked for before they are sent.
   * `duplicatesAtMost` holds them until then. Absent where there are none, or nobody can be asked.
   */
  readonly doubted?: number;
  /**
   * Whether records behind the position may have been put into other messages than whoever goes on from here will make: what is in doubt then
   * can't be found again.
   */
  readonly cutOtherwise?: boolean;
  /** What the report is to say of the partition. */
  readonly warnings?: readonly string[];
  /** Of a job that verifies a sample: what of the messages before is to be found again, until that is done. */
  readonly sample?: Sample;
  /** Messages that were found again. */
  readonly sampled?: number;
  /** Whether the partition has been read to its end, and its sample has been found again. */
  readonly done: boolean;
}

export type RunState = 'running' | 'paused' | 'held' | 'completed' | 'failed' | 'cancelled' | 'terminated';

export interface InputReport extends RecordCounts {
  /** The input's name (a file's path), or {@link FURTHER_INPUTS}. */
  readonly name: string;
}

/** What came into one of many topics. */
interface TopicReport extends Pick<Tally, 'messages' | 'duplicatesAtMost'> {
  /** As servers know it. */
  readonly name: string;
}

/** What a run did. The form is a promise to scripts. */
export interface Report {
  /** The job's name; of a replay `NAME.replay`. With `runId` it names the run. */
  readonly job: string;
  readonly runId: string;
  readonly state: RunState;
  readonly records: RecordCounts;
  readonly messages: number;
  /** Bytes of message bodies. */
  readonly bytes: number;
  readonly durationMs: number;
  /** Records written a second, over the whole duration; of a run that goes on with another one, its own. */
  readonly rate: number;
  /** Requests that were sent again. */
  readonly retries: number;
  readonly duplicatesAtMost: number;
  /** @see Tally.storedOnly */
  readonly storedOnly?: number;
  readonly partitions: number;
  /** What the topic was found to hold, of a job that verifies; absent until that is done. */
  readonly verified?: Verified;
  readonly warnings: readonly string[];
  readonly error?: FaultInfo;
  /** What was changed while it ran, the last {@link MAX_CHANGES}; absent where nothing was. */
  readonly changes?: readonly ChangeNote[];
  /** Where its dirty records are kept: the path of a folder, or `topic:NAME#RUN`. */
  readonly dirtyStore?: string;
  /** The run that this one goes on with: its counts are those of both. */
  readonly retryOf?: string;
  /** The run whose dirty records this one replays, and what it had counted: the two add up. */
  readonly replayOf?: { readonly run: string; readonly records: RecordCounts };
  /** Of a job whose topic is a template; absent while it runs, and in the report of a run that was terminated. */
  readonly topics?: readonly TopicReport[];
  /** At most {@link MAX_NAMED_INPUTS} named; the rest summed in one more entry. */
  readonly inputs: readonly InputReport[];
}

/** Something that a person changed in a running job. */
export interface ChangeNote {
  /** ISO 8601. */
  readonly at: string;
  /** Who, as the client said. */
  readonly by: string;
  /** Such as `pause`, or `rate: 5000 → 1000 records/s`. */
  readonly what: string;
}

/** Notes of changes that a report has, at most. */
export const MAX_CHANGES = 100;

export const MAX_NAMED_INPUTS = 200;

/** Name of the entry that sums the inputs beyond those. */
export const FURTHER_INPUTS = '(further inputs, summed)';

export type Phase =
  | 'validating'
  | 'partitioning'
  | 'writing'
  | 'paused'
  | 'held'
  | 'draining'
  | 'verifying'
  | 'done';

/** What a run answers when asked how far it is, without what the activities that are under way have done. */
export interface Progress extends Tally {
  readonly phase: Phase;
  readonly partitions: {
    readonly done: number;
    readonly running: number;
    /** Known so far; the final number once `listed` is true. */
    readonly known: number;
    readonly listed: boolean;
  };
  /** Why it waits for a decision, if it does. */
  readonly held?: FaultInfo;
  /** What partitions that are being written had done before they were launched; their heartbeats hold it as well. */
  readonly underWay: readonly { readonly partition: number; readonly before: Tally }[];
  /** Of the records written, those that an earlier run wrote which this one goes on with. */
  readonly writtenBefore: number;
  /** Bytes of the source behind the finished partitions, and of the whole source. */
  readonly sourceBytes: { readonly done: number; readonly total: number };
}

export const NO_RECORDS: RecordCounts = { read: 0, written: 0, dirty: 0, filtered: 0 };

export const NOTHING: Tally = { records: NO_RECORDS, messages: 0, bytes: 0, retries: 0, duplicatesAtMost: 0 };

export function addRecords(a: RecordCounts, b: RecordCounts): RecordCounts {
  return {
    read: a.read + b.read,
    written: a.written + b.written,
    dirty: a.dirty + b.dirty,
    filtered: a.filtered + b.filtered,
  };
}

/** Of anything that holds a tally, the tally alone. */
export const tallyOf = ({
  records,
  messages,
  bytes,
  retries,
  duplicatesAtMost,
  storedOnly,
}: Tally): Tally => ({
  records,
  messages,
  bytes,
  retries,
  duplicatesAtMost,
  ...(storedOnly !== undefined && { storedOnly }),
});

export function addTally(a: Tally, b: Tally): Tally {
  return {
    records: addRecords(a.records, b.records),
    messages: a.messages + b.messages,
    bytes: a.bytes + b.bytes,
    retries: a.retries + b.retries,
    duplicatesAtMost: a.duplicatesAtMost + b.duplicatesAtMost,
    ...((a.storedOnly ?? b.storedOnly) !== undefined && {
      storedOnly: (a.storedOnly ?? 0) + (b.storedOnly ?? 0),
    }),
  };
}

/** Records a second, rounded; 0 for no time at all. */
export function rateOf(written: number, durationMs: number): number {
  return durationMs > 0 ? Math.round((written * 1000) / durationMs) : 0;
}

/** Whether every record read is accounted for. */
export function isBalanced({ read, written, dirty, filtered }: RecordCounts): boolean {
  return read === written + dirty + filtered;
}

/** Whether that holds for a partition, and every dirty record is kept where the job keeps them. */
export function addsUp({ records, kept }: Watermark): boolean {
  return isBalanced(records) && (kept === undefined || kept.entries === records.dirty);
}
