import type { DirtyRecord } from '../dirty/record.js';
import type { RecordFault } from '../job/fault.js';
import type { Message } from '../job/message.js';
import type { Packing } from '../records/message/packing.js';
import type { Producer } from '../rocketmq/producer.js';
import type { RecordBatch } from '../sources/source.js';
import type { Draft } from './draft.js';
import { Drafts, type FillOptions } from './drafts.js';
import type { Filler } from './filler.js';
import type { Pacer } from './pacer.js';
import { Pack, packed } from './pack.js';
import { HELD_BATCHES } from './reach.js';
import { tooLarge } from './too-large.js';

/**
 * The drafts of a job whose records share messages. A pack that is open holds the dirty and filtered records since its
 * first one as well: the watermark passes none of them before the pack is delivered.
 */
export class PackFiller implements Filler {
  readonly #producer: Producer;
  readonly #packing: Packing;
  readonly #maxBodyBytes: number;
  /** Records of a message, at most. */
  readonly #most: number;
  readonly #pacer: Pacer;
  readonly #drafts: Drafts;
  #pack: Pack;
  #isCutOtherwise = false;

  constructor(options: FillOptions, packing: Packing) {
    this.#producer = options.producer;
    this.#packing = packing;
    this.#maxBodyBytes = Math.min(options.producer.maxBodyBytes, options.batch.bytes);
    this.#pacer = options.pacer;
    this.#most = Math.min(packing.records, options.packRecords ?? packing.records);
    this.#drafts = new Drafts(options);
    this.#pack = new Pack(packing);
  }

  put(message: Message, batch: RecordBatch, index: number): RecordFault | undefined {
    if (!this.#pack.isEmpty && !this.#fits(message)) this.#close();
    if (this.#pack.isEmpty) {
      const fault = tooLarge(this.#pack.sizesWith(message), this.#producer);
      if (fault) return fault;
    }
    this.#pack.add(message, batch, index);
    const { length } = this.#pack.records;
    if (length >= Math.min(this.#most, this.#pacer.maxRecords)) {
      // The rate is what it is now, and may have been changed.
      if (length < this.#most) this.#isCutOtherwise = true;
      this.#close();
    }
    return undefined;
  }

  get isCutOtherwise(): boolean {
    return this.#isCutOtherwise;
  }

  leaveOut(batch: RecordBatch, index: number, dirty?: DirtyRecord): void {
    if (this.#pack.isEmpty) {
      this.#drafts.leaveOut(batch, index, dirty);
      return;
    }
    this.#pack.leaveOut(batch, index, dirty);
    const { isLongUnsent, batches } = this.#pack.reach;
    if (isLongUnsent) this.#finish();
    else if (batches >= HELD_BATCHES) {
      // Where batches begin depends on where reading did.
      this.#isCutOtherwise = true;
      this.#finish();
    } else this.#drafts.finishIfWide(batches);
  }

  takeFull(): Draft | undefined {
    return this.#drafts.takeFull();
  }

  takeRest(isEnd: boolean): Draft | undefined {
    if (!isEnd && !this.#pack.isEmpty) this.#isCutOtherwise = true;
    this.#finish();
    return this.#drafts.takeFull();
  }

  #fits(message: Message): boolean {
    const { bodyBytes, propertyBytes } = this.#pack.sizesWith(message);
    return bodyBytes <= this.#maxBodyBytes && propertyBytes <= this.#producer.maxPropertyBytes;
  }

  #close(): void {
    if (this.#pack.isEmpty) return;
    const pack = this.#pack;
    this.#pack = new Pack(this.#packing);
    const encoded = this.#producer.encode(packed(pack.messages, this.#packing));
    this.#drafts.withRoomFor(encoded).addPack(encoded, pack);
  }

  #finish(): void {
    this.#close();
    this.#drafts.finish();
  }
}
