import type { Position } from '../job/report.js';
import type { EncodedMessage, Producer } from '../rocketmq/producer.js';
import type { RecordBatch } from '../sources/source.js';
import { Draft } from './draft.js';
import { HELD_BATCHES } from './reach.js';

export interface FillOptions {
  readonly producer: Producer;
  /** Messages, and their encoded bytes, that a request has at most; a larger message goes alone. */
  readonly batch: { readonly records: number; readonly bytes: number };
  /** Where the first draft begins. */
  readonly start: Position;
}

/** The draft that is being filled, and those that are full. */
export class Drafts {
  readonly #records: number;
  readonly #bytes: number;
  readonly #full: Draft[] = [];
  #current: Draft;

  constructor({ producer, batch, start }: FillOptions) {
    this.#records = Math.min(batch.records, producer.maxMessages);
    this.#bytes = batch.bytes;
    this.#current = new Draft(start);
  }

  leaveOut(why: 'dirty' | 'filtered', batch: RecordBatch, index: number): void {
    this.#current.leaveOut(why, batch, index);
    if (this.#current.reach.isLongUnsent) this.finish();
    else this.finishIfWide();
  }

  /** Ends the draft if its records and those of `more` batches lie too far apart to be held on to together. */
  finishIfWide(more = 0): void {
    if (this.#current.reach.batches + more >= HELD_BATCHES) this.finish();
  }

  /** The draft that has room for a message: the one that is being filled, or a new one. */
  withRoomFor(message: EncodedMessage): Draft {
    const { messages, encodedBytes } = this.#current;
    const full = messages.length >= this.#records || encodedBytes + message.bytes.length > this.#bytes;
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
