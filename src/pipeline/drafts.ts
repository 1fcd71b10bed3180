import type { DirtyRecord } from '../dirty/record.js';
import type { Position } from '../job/report.js';
import type { EncodedMessage, Producer } from '../rocketmq/producer.js';
import type { RecordBatch } from '../sources/source.js';
import { Draft } from './draft.js';
import type { Pacer } from './pacer.js';
import { HELD_BATCHES } from './reach.js';

export interface FillOptions {
  readonly producer: Producer;
  /** Messages, and their encoded bytes, that a request has at most; a larger message goes alone. */
  readonly batch: { readonly records: number; readonly bytes: number };
  /** Makes requests smaller where the rate is low. */
  readonly pacer: Pacer;
  /**
   * Records of a message of several, at most, as the job's own rate makes it: so that they stay the same while fewer partitions share
   * that, as whoever goes on after a crash must make the same messages to know them again. @default as many as the job packs
   */
  readonly packRecords?: number | undefined;
  /** Where the first draft begins. */
  readonly start: Position;
}

/** The draft that is being filled, and those that are full. */
export class Drafts {
  readonly #records: number;
  readonly #bytes: number;
  readonly #pacer: Pacer;
  readonly #full: Draft[] = [];
  #current: Draft;

  constructor({ producer, batch, pacer, start }: FillOptions) {
    // Of lanes many can be under way at once, whatever a request may have.
    this.#records = producer.isOrdered ? batch.records : Math.min(batch.records, producer.maxMessages);
    this.#bytes = Math.min(batch.bytes, producer.maxRequestBytes);
    this.#pacer = pacer;
    this.#current = new Draft(start);
  }

  leaveOut(batch: RecordBatch, index: number, dirty?: DirtyRecord): void {
    this.#current.leaveOut(batch, index, dirty);
    if (this.#current.reach.isLongUnsent) this.finish();
    else this.finishIfWide();
  }

  /** Ends the draft if its records and those of `more` batches lie too far apart to be held on to together. */
  finishIfWide(more = 0): void {
    if (this.#current.reach.batches + more >= HELD_BATCHES) this.finish();
  }

  /** The draft that has room for a message: the one that is being filled, or a new one. */
  withRoomFor(message: EncodedMessage): Draft {
    const { messages, encodedBytes, sent, bodyBytes } = this.#current;
    const full =
      messages.length >= this.#records ||
      encodedBytes + message.bytes.length > this.#bytes ||
      sent >= this.#pacer.maxRecords ||
      bodyBytes + message.bodyBytes > this.#pacer.maxBytes;
    if (full && messages.length > 0) this.finish();
    return this.#current;
  }

  /** Ends the draft that is being filled, unless there is nothing in it. */
  finish(): void {
    if (this.#current.isEmpty) return;
    this.#full.push(this.#current);
    this.#current = new Draft(this.#current.positionAfter);
  }

  takeFull(): Draft | undefined {
    return this.#full.shift();
  }
}
