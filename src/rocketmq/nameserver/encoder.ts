import { deflateSync } from 'node:zlib';
import { type Message, RECORD_ID_PROPERTY } from '../../job/message.js';
import type { EncodedMessage } from '../producer.js';
import { NAME_END, PROPERTY_END } from './protocol.js';

/** Messages are written one behind the other into slabs; a slab lives as long as a message in it is under way. */
const SLAB_BYTES = 1024 * 1024;

/**
 * A message as an item of a batch (apache/rocketmq, `MessageDecoder.encodeMessage`): total length, magic, checksum and
 * flag of 4 bytes each, the body behind its length, the properties behind theirs. Only the lengths are read by brokers.
 */
const BODY_LENGTH_AT = 16;
const BODY_AT = 20;
const PROPERTIES_LENGTH_BYTES = 2;
/** UTF-8 has three bytes for a character of a JavaScript string, at most. */
const MOST_BYTES_A_CHARACTER = 3;

/** The form of messages whose bodies are compressed: all of a request are, or none. */
export const COMPRESSED = 'compressed';
/** `compressLevel` of Java's client. */
const COMPRESSION_LEVEL = 5;

/** Names of properties that RocketMQ itself reads (`MessageConst`). */
const PROPERTY = {
  keys: 'KEYS',
  tags: 'TAGS',
  messageId: 'UNIQ_KEY',
  deliverAt: 'TIMER_DELIVER_MS',
  orderedBy: '__SHARDINGKEY',
} as const;

export interface EncoderOptions {
  /** The tag of all messages; one that a message brings itself comes instead of none. @default no tag */
  readonly tag?: string | undefined;
  /** Makes the ids of messages. */
  readonly nextId: () => string;
  /** Bodies of so many bytes and more are compressed. @default none */
  readonly compressOver?: number | undefined;
  /** Whether messages are told to be ordered by their key. @default false */
  readonly ordered?: boolean;
}

/** A message of a batch, and where its parts are, for requests of one message alone. */
export interface BatchItem extends EncodedMessage {
  readonly bytes: Buffer;
  /** Length of the body as it is stored. */
  readonly storedBytes: number;
}

/** Writes messages one behind the other, so that a batch is mostly one piece of memory that is never copied again. */
export class MessageEncoder {
  readonly #constant: string;
  readonly #nextId: () => string;
  readonly #ordered: boolean;
  readonly #compressOver: number;
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;

  constructor({ tag, nextId, ordered = false, compressOver }: EncoderOptions) {
    this.#compressOver = compressOver ?? Number.POSITIVE_INFINITY;
    this.#nextId = nextId;
    this.#ordered = ordered;
    this.#constant = tag === undefined ? '' : property(PROPERTY.tags, tag);
  }

  encode(message: Message): BatchItem {
    const { body } = message;
    const properties = this.#properties(message);
    const most =
      BODY_AT +
      (typeof body === 'string' ? body.length * MOST_BYTES_A_CHARACTER : body.length) +
      PROPERTIES_LENGTH_BYTES +
      properties.length * MOST_BYTES_A_CHARACTER;
    if (this.#used + most > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, most));
      this.#used = 0;
    }
    const slab = this.#slab;
    const start = this.#used;
    const bodyAt = start + BODY_AT;
    const bodyBytes = typeof body === 'string' ? slab.write(body, bodyAt) : put(slab, body, bodyAt);
    const compressed = bodyBytes >= this.#compressOver && compress(slab.subarray(bodyAt, bodyAt + bodyBytes));
    const storedBytes = compressed || bodyBytes;
    const propertiesAt = bodyAt + storedBytes + PROPERTIES_LENGTH_BYTES;
    const propertiesLength = slab.write(properties, propertiesAt);
    const end = propertiesAt + propertiesLength;
    slab.writeUInt32BE(end - start, start);
    slab.fill(0, start + 4, start + BODY_LENGTH_AT);
    slab.writeUInt32BE(storedBytes, start + BODY_LENGTH_AT);
    // More than the field holds is found by the limit on properties before it is sent.
    slab.writeUInt16BE(propertiesLength & 0xffff, propertiesAt - PROPERTIES_LENGTH_BYTES);
    this.#used = end;
    return {
      bytes: slab.subarray(start, end),
      bodyBytes,
      propertyBytes: propertiesLength,
      storedBytes,
      ...(compressed && { form: COMPRESSED }),
    };
  }

  #properties({ id, key, tag, properties, deliverAt }: Message): string {
    const keys = key === undefined ? id : `${key} ${id}`;
    let text =
      property(PROPERTY.keys, keys) +
      property(PROPERTY.messageId, this.#nextId()) +
      property(RECORD_ID_PROPERTY, id) +
      this.#constant;
    if (tag !== undefined) text += property(PROPERTY.tags, tag);
    if (this.#ordered && key !== undefined) text += property(PROPERTY.orderedBy, key);
    if (deliverAt !== undefined) text += property(PROPERTY.deliverAt, String(deliverAt));
    if (properties !== undefined) {
      for (const [name, value] of properties) text += property(name, value);
    }
    return text;
  }
}

const property = (name: string, value: string) => `${name}${NAME_END}${value}${PROPERTY_END}`;

/** Compresses a body where it stands, as Java's client does. @returns its length then, or 0 where it would not be shorter */
function compress(body: Buffer): number {
  const compressed = deflateSync(body, { level: COMPRESSION_LEVEL });
  if (compressed.length >= body.length) return 0;
  return compressed.copy(body);
}

function put(slab: Buffer, body: Uint8Array, at: number): number {
  slab.set(body, at);
  return body.length;
}

/** The body of an item, and the text of its properties, for a request that sends it alone. */
export function partsOf({ bytes, storedBytes }: BatchItem): { body: Buffer; properties: string } {
  const bodyEnd = BODY_AT + storedBytes;
  return {
    body: bytes.subarray(BODY_AT, bodyEnd),
    properties: bytes.toString('utf8', bodyEnd + PROPERTIES_LENGTH_BYTES),
  };
}

/** The bytes of messages one behind the other; those that lie so in memory already are one part. */
export function joined(messages: readonly BatchItem[]): Buffer[] {
  const parts: Buffer[] = [];
  let first = messages[0].bytes;
  let length = 0;
  for (const { bytes } of messages) {
    if (bytes.buffer !== first.buffer || bytes.byteOffset !== first.byteOffset + length) {
      parts.push(Buffer.from(first.buffer, first.byteOffset, length));
      first = bytes;
      length = 0;
    }
    length += bytes.length;
  }
  parts.push(Buffer.from(first.buffer, first.byteOffset, length));
  return parts;
}
