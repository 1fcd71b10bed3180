import type { DirtyRecord } from '../dirty/record.js';
import { type Message, RECORD_ID_PROPERTY, RECORD_IDS_PROPERTY } from '../job/message.js';
import type { Position } from '../job/report.js';
import type { Packing } from '../records/message/packing.js';
import type { EncodedMessage } from '../rocketmq/producer.js';
import type { RecordBatch } from '../sources/source.js';
import type { PackedRecords, RecordRef } from './draft.js';
import { Reach } from './reach.js';

/** A message of several records that is being filled, and the records between them that are dirty or filtered. */
export class Pack implements PackedRecords {
  readonly records: RecordRef[] = [];
  readonly messages: Message[] = [];
  readonly dirty: DirtyRecord[] = [];
  readonly reach = new Reach();
  filtered = 0;
  positionAfter: Position = 0;
  readonly #packing: Packing;
  #bodyBytes: number;
  #idBytes = 0;
  #firstIdBytes = 0;

  constructor(packing: Packing) {
    this.#packing = packing;
    this.#bodyBytes = Buffer.byteLength(packing.before) + Buffer.byteLength(packing.after);
  }

  get isEmpty(): boolean {
    return this.records.length === 0;
  }

  /** How large the message would be with one more record in it. */
  sizesWith({ id, body }: Message): Pick<EncodedMessage, 'bodyBytes' | 'propertyBytes'> {
    const idBytes = Buffer.byteLength(id);
    const first = this.isEmpty ? idBytes : this.#firstIdBytes;
    const between = this.isEmpty ? 0 : Buffer.byteLength(this.#packing.between);
    const comma = this.isEmpty ? 0 : 1;
    return {
      bodyBytes: this.#bodyBytes + between + Buffer.byteLength(body),
      // The id of the first record is key and property, beside all ids.
      propertyBytes: NAMES_BYTES + 2 * first + this.#idBytes + comma + idBytes,
    };
  }

  add(message: Message, batch: RecordBatch, index: number): void {
    const { bodyBytes, propertyBytes } = this.sizesWith(message);
    if (this.isEmpty) this.#firstIdBytes = Buffer.byteLength(message.id);
    this.#bodyBytes = bodyBytes;
    this.#idBytes = propertyBytes - NAMES_BYTES - 2 * this.#firstIdBytes;
    this.messages.push(message);
    this.records.push({ batch, index });
    this.reach.hold(batch);
    this.positionAfter = batch.positionAfter(index);
  }

  leaveOut(batch: RecordBatch, index: number, dirty?: DirtyRecord): void {
    if (dirty) this.dirty.push(dirty);
    else this.filtered++;
    this.reach.leaveOut(dirty?.raw.length);
    this.positionAfter = batch.positionAfter(index);
  }
}

const NAMES_BYTES = RECORD_ID_PROPERTY.length + RECORD_IDS_PROPERTY.length;

/** One message of the messages of several records: it has the id of the first, and the ids of all. */
export function packed(messages: readonly Message[], { before, between, after }: Packing): Message {
  const ids = messages.map(({ id }) => id);
  const bodies = messages.map(({ body }) => body);
  const body = bodies.every((each) => typeof each === 'string')
    ? before + bodies.join(between) + after
    : Buffer.concat(
        bodies
          .flatMap((each, index) => [utf8(index === 0 ? before : between), utf8(each)])
          .concat(utf8(after)),
      );
  return { id: ids[0], properties: [[RECORD_IDS_PROPERTY, ids.join(',')]], body };
}

const utf8 = (body: string | Uint8Array) => (typeof body === 'string' ? Buffer.from(body) : body);
