import type { Position, RecordCounts } from '../job/report.js';
import type { EncodedMessage } from '../rocketmq/producer.js';
import type { RecordBatch } from '../sources/source.js';

/** The batch that is being filled: messages, and the records between them that are dirty or filtered. */
export class Draft {
  readonly messages: EncodedMessage[] = [];
  /** The record behind each message, to tell where it came from if the broker refuses it. */
  readonly records: { readonly batch: RecordBatch; readonly index: number }[] = [];
  encodedBytes = 0;
  bodyBytes = 0;
  dirty = 0;
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
    return this.dirty + this.filtered;
  }

  addMessage(message: EncodedMessage, batch: RecordBatch, index: number): void {
    this.messages.push(message);
    this.records.push({ batch, index });
    this.encodedBytes += message.bytes.length;
    this.bodyBytes += message.bodyBytes;
    this.positionAfter = batch.positionAfter(index);
  }

  addDirty(batch: RecordBatch, index: number): void {
    this.dirty++;
    this.positionAfter = batch.positionAfter(index);
  }

  addFiltered(batch: RecordBatch, index: number): void {
    this.filtered++;
    this.positionAfter = batch.positionAfter(index);
  }

  /** The counts of its records if `refused` of its messages turn out to be dirty as well. */
  counts(refused: number): RecordCounts {
    return {
      read: this.messages.length + this.unsent,
      written: this.messages.length - refused,
      dirty: this.dirty + refused,
      filtered: this.filtered,
    };
  }
}
