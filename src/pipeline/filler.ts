import type { DirtyRecord } from '../dirty/record.js';
import type { RecordFault } from '../job/fault.js';
import type { Message } from '../job/message.js';
import type { Producer } from '../rocketmq/producer.js';
import type { RecordBatch } from '../sources/source.js';
import type { Draft } from './draft.js';
import { Drafts, type FillOptions } from './drafts.js';
import { tooLarge } from './too-large.js';

/** Fills drafts with the records of a partition, in order. A record is either put in or left out. */
export interface Filler {
  /** Takes a record's message; if it says why the message can't be sent, the record is not taken. */
  put(message: Message, batch: RecordBatch, index: number): RecordFault | undefined;
  /** Takes a record that gives no message: filtered, unless it is dirty. */
  leaveOut(batch: RecordBatch, index: number, dirty?: DirtyRecord): void;
  /** The next draft that is full, if any; every one must be fetched before the next record is taken. */
  takeFull(): Draft | undefined;
  /**
   * The next draft, full or not; undefined when nothing is left.
   * @param isEnd whether the partition ends here, as it does for everybody who reads it
   */
  takeRest(isEnd: boolean): Draft | undefined;
  /** Whether whoever goes on from an earlier record may put records into other messages than those that were taken from here. */
  readonly isCutOtherwise: boolean;
}

/** The drafts of a job whose records are a message each. */
export class MessageFiller implements Filler {
  readonly isCutOtherwise = false;
  readonly #producer: Producer;
  readonly #drafts: Drafts;

  constructor(options: FillOptions) {
    this.#producer = options.producer;
    this.#drafts = new Drafts(options);
  }

  put(message: Message, batch: RecordBatch, index: number): RecordFault | undefined {
    const encoded = this.#producer.encode(message);
    const fault = tooLarge(encoded, this.#producer);
    if (fault) return fault;
    this.#drafts.withRoomFor(encoded).addMessage(encoded, batch, index);
    return undefined;
  }

  leaveOut(batch: RecordBatch, index: number, dirty?: DirtyRecord): void {
    this.#drafts.leaveOut(batch, index, dirty);
  }

  takeFull(): Draft | undefined {
    return this.#drafts.takeFull();
  }

  takeRest(): Draft | undefined {
    this.#drafts.finish();
    return this.#drafts.takeFull();
  }
}
