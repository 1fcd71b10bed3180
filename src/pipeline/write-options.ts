import type { DirtyStore } from '../dirty/store.js';
import type { Limit } from '../job/error-limit.js';
import type { FaultInfo } from '../job/fault.js';
import type { RecordCounts, Watermark } from '../job/report.js';
import type { Dirty, Settings } from '../job/schema/job.js';
import type { Converter } from '../records/converter.js';
import type { Packing } from '../records/message/packing.js';
import type { Producer } from '../rocketmq/producer.js';
import type { Partition, Source } from '../sources/source.js';
import type { Pacer } from './pacer.js';

/** What it takes to write a partition. */
export interface WriteOptions {
  readonly partition: Partition;
  readonly source: Source;
  readonly convert: Converter;
  /** How records share messages; if they don't, each is a message of its own. */
  readonly packing: Packing | undefined;
  readonly producer: Producer;
  readonly dirty: DirtyStore;
  readonly dirtyMode: Dirty['mode'];
  /** Dirty records that the job allows. */
  readonly limit: Limit;
  /** Holds the sending to the partition's share of the rate. */
  readonly pacer: Pacer;
  readonly settings: Settings;
  /** Random messages that are picked to be found again, beside the first and the last. @default 0: none at all */
  readonly sampleSize?: number;
  /** Where to begin, with what was counted up to there. */
  readonly from: Watermark;
  /** What the rest of the job had counted when this partition was launched, for the error limit. */
  readonly elsewhere: Pick<RecordCounts, 'read' | 'dirty'>;
  /** Ends the work early: what is under way is awaited, nothing new is sent. */
  readonly stop: AbortSignal;
  /** Told when the world begins to fail, and with `undefined` when it works again. */
  readonly onTrouble: (fault: FaultInfo | undefined) => void;
  /** Waits until so many messages may be sent; false when the signal came first, which comes with a failure too. */
  readonly permit: (messages: number, stop: AbortSignal) => Promise<boolean>;
  /** Waits until it is certain that no other attempt has taken over; false when the signal came while it waited. */
  readonly fresh: (stop: AbortSignal) => Promise<boolean>;
  /** Lets so many messages more be sent, because some had to be split; false when the signal came first. */
  readonly permitSplits: (messages: number, stop: AbortSignal) => Promise<boolean>;
}
