import type { DirtyRecord } from '../dirty/record.js';
import type { Position, RecordCounts } from '../job/report.js';
import type { EncodedMessage } from '../rocketmq/producer.js';
import type { RecordBatch } from '../sources/source.js';
import { Reach } from './reach.js';

/** A record, by its place in a batch. */
export interface RecordRef {
  readonly batch: RecordBatch;
  readonly index: number;
}

/** Records that share a message, and those between them that are dirty or filtered. */
export interface PackedRecords {
  readonly records: readonly RecordRef[];
  readonly dirty: readonly DirtyRecord[];
  readonly filtered: number;
  readonly positionAfter: Position;
  readonly reach: Reach;
}

/** The batch that is being filled: messages, and the records between them that are dirty or filtered. */
export class Draft {
  readonly messages: EncodedMessage[] = [];
  /** The records behind the messages, to tell where one came from if the broker refuses it. */
  readonly #records: RecordRef[] = [];
  /** Where the records of each message end, where a message may have several; otherwise each has one. */
  readonly #ends: number[] = [];
  /** Dirty records, in their order. */
  readonly dirty: DirtyRecord[] = [];
  readonly reach = new Reach();
  encodedBytes = 0;
  bodyBytes = 0;
  filtered = 0;
  /** Where reading goes on behind the last record taken in. */
  positionAfter: Position;

  constructor(start: Position) {
    this.positionAfter = start;
  }

  get isEmpty(): boolean {
    return this.messages.length === 0 && this.unsent === 0;
  }

  /** Records of which no message is sent. */
  get unsent(): number {
    return this.dirty.length + this.filtered;
  }

  /** Records in its messages. */
  get sent(): number {
    return this.#records.length;
  }

  addMessage(message: EncodedMessage, batch: RecordBatch, index: number): void {
    this.#take(message);
    this.#records.push({ batch, index });
    this.reach.hold(batch);
    this.positionAfter = batch.positionAfter(index);
  }

  /** All messages of a draft are added either by this or by `addMessage`. */
  addPack(message: EncodedMessage, { records, dirty, filtered, positionAfter, reach }: PackedRecords): void {
    this.#take(message);
    for (const record of records) this.#records.push(record);
    this.#ends.push(this.#records.length);
    this.reach.join(reach);
    this.dirty.push(...dirty);
    this.filtered += filtered;
    this.positionAfter = positionAfter;
  }

  /** @param dirty why it is left out; filtered unless given */
  leaveOut(batch: RecordBatch, index: number, dirty?: DirtyRecord): void {
    if (dirty) this.dirty.push(dirty);
    else this.filtered++;
    this.reach.leaveOut(dirty?.raw.length);
    this.positionAfter = batch.positionAfter(index);
  }

  /** The records of a message. */
  recordsOf(message: number): readonly RecordRef[] {
    if (this.#ends.length === 0) return [this.#records[message]];
    return this.#records.slice(message === 0 ? 0 : this.#ends[message - 1], this.#ends[message]);
  }

  /** The counts of its records if `refused` of those in its messages turn out to be dirty as well. */
  counts(refused: number): RecordCounts {
    return {
      read: this.#records.length + this.unsent,
      written: this.#records.length - refused,
      dirty: this.dirty.length + refused,
      filtered: this.filtered,
    };
  }

  #take(message: EncodedMessage): void {
    this.messages.push(message);
    this.encodedBytes += message.bytes.length;
    this.bodyBytes += message.bodyBytes;
  }
}
