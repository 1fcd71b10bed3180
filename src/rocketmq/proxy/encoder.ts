import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Message, RECORD_ID_PROPERTY } from '../../job/message.js';
import type { MessageType } from '../message-type.js';
import type { EncodedMessage } from '../producer.js';
import { field, fieldBytes, header, text, timestamp } from './protobuf.js';

/**
 * Writes messages straight into their protobuf form, because the generated classes cost four times as much
 * (docs/performance.md). What it writes is `SendMessageRequest.messages`, one entry a message, tag and length
 * included, so that a request is nothing but its messages one after another.
 *
 * Field numbers: apache/rocketmq-apis, definition.proto (`Message`, `SystemProperties`, `Resource`) and
 * service.proto (`SendMessageRequest`). A test compares every message with the generated classes.
 */
const FIELD = {
  request: { messages: 0x0a },
  message: { topic: 0x0a, userProperties: 0x12, systemProperties: 0x1a, body: 0x22 },
  resource: { name: 0x12 },
  mapEntry: { key: 0x0a, value: 0x12 },
  system: {
    tag: 0x0a,
    keys: 0x12,
    messageId: 0x1a,
    bodyEncoding: 0x28,
    messageType: 0x30,
    bornTimestamp: 0x3a,
    bornHost: 0x42,
    deliveryTimestamp: 0x5a,
  },
} as const;

const ENCODING_IDENTITY = 1;
/** `MessageType` of the protocol. */
const MESSAGE_TYPE: Record<MessageType, number> = { NORMAL: 1, FIFO: 2, DELAY: 3 };

/** Messages are written one behind the other into slabs; a slab lives as long as a message in it is under way. */
const SLAB_BYTES = 1024 * 1024;

/** Message ids have 17 bytes, as hexadecimal digits: a version, 12 bytes of the producer's own, a sequence. */
const ID_DIGITS = 34;
const SEQUENCE_DIGITS = 8;

/** Bytes that the proxy takes in the name of a group of messages that keep their order (`maxMessageGroupSize`). */
const MAX_GROUP_BYTES = 64;

const NOTHING = Buffer.alloc(0);
const NO_PROPERTIES = { bytes: NOTHING, textBytes: 0 };

export interface EncoderOptions {
  /** @default no tag */
  readonly tag?: string;
  /** @default 'NORMAL' */
  readonly type?: MessageType;
}

export class MessageEncoder {
  /** What is the same in every message. */
  readonly #topic: Buffer;
  readonly #propertyKey: Buffer;
  readonly #systemConstant: Buffer;
  readonly #idPrefix: string;
  readonly #isOrdered: boolean;
  #sequence = 0;
  #bornAt = 0;
  #born: Buffer = Buffer.alloc(0);
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;

  /** @param tag the tag of all messages; one that a message brings itself comes instead of none */
  constructor(topic: string, { tag, type = 'NORMAL' }: EncoderOptions = {}) {
    this.#isOrdered = type === 'FIFO';
    this.#topic = field(FIELD.message.topic, field(FIELD.resource.name, Buffer.from(topic)));
    this.#propertyKey = field(FIELD.mapEntry.key, Buffer.from(RECORD_ID_PROPERTY));
    this.#systemConstant = Buffer.concat([
      tag === undefined ? NOTHING : field(FIELD.system.tag, Buffer.from(tag)),
      Buffer.from([
        FIELD.system.bodyEncoding,
        ENCODING_IDENTITY,
        FIELD.system.messageType,
        MESSAGE_TYPE[type],
      ]),
      field(FIELD.system.bornHost, Buffer.from(hostname())),
    ]);
    const own = randomBytes((ID_DIGITS - SEQUENCE_DIGITS - 2) / 2);
    this.#idPrefix = `01${own.toString('hex').toUpperCase()}`;
  }

  encode({ id, key, tag, properties, deliverAt, body }: Message): EncodedMessage {
    const born = this.#bornTimestamp();
    const idBytes = Buffer.byteLength(id);
    const keyBytes = key === undefined ? 0 : Buffer.byteLength(key);
    const tagBytes = tag === undefined ? 0 : Buffer.byteLength(tag);
    const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const own = properties === undefined ? NO_PROPERTIES : userProperties(properties);
    const delivery = deliverAt === undefined ? NOTHING : timestamp(FIELD.system.deliveryTimestamp, deliverAt);

    const group = this.#isOrdered ? messageGroup(key ?? '') : NOTHING;

    const idField = fieldBytes(idBytes);
    const property = this.#propertyKey.length + idField;
    const system =
      this.#systemConstant.length +
      born.length +
      idField +
      (key === undefined ? 0 : fieldBytes(keyBytes)) +
      (tag === undefined ? 0 : fieldBytes(tagBytes)) +
      delivery.length +
      group.length +
      (2 + ID_DIGITS);
    const message =
      this.#topic.length +
      fieldBytes(property) +
      own.bytes.length +
      fieldBytes(system) +
      fieldBytes(bodyBytes);
    const total = fieldBytes(message);

    const start = this.#room(total);
    const slab = this.#slab;
    let at = header(slab, start, FIELD.request.messages, message);
    at += this.#topic.copy(slab, at);
    at = header(slab, at, FIELD.message.userProperties, property);
    at += this.#propertyKey.copy(slab, at);
    at = text(slab, at, FIELD.mapEntry.value, id, idBytes);
    if (properties !== undefined) at += own.bytes.copy(slab, at);
    at = header(slab, at, FIELD.message.systemProperties, system);
    at += this.#systemConstant.copy(slab, at);
    at += born.copy(slab, at);
    if (tag !== undefined) at = text(slab, at, FIELD.system.tag, tag, tagBytes);
    if (key !== undefined) at = text(slab, at, FIELD.system.keys, key, keyBytes);
    at = text(slab, at, FIELD.system.keys, id, idBytes);
    at = text(slab, at, FIELD.system.messageId, this.#nextMessageId(), ID_DIGITS);
    if (deliverAt !== undefined) at += delivery.copy(slab, at);
    if (this.#isOrdered) at += group.copy(slab, at);
    at = header(slab, at, FIELD.message.body, bodyBytes);
    if (typeof body === 'string') slab.write(body, at, 'utf8');
    else slab.set(body, at);
    return {
      bytes: slab.subarray(start, start + total),
      bodyBytes,
      propertyBytes: RECORD_ID_PROPERTY.length + 2 * idBytes + keyBytes + tagBytes + own.textBytes,
    };
  }

  /** Room for `bytes` in the slab, or in a new one; the offset to write at. */
  #room(bytes: number): number {
    if (this.#used + bytes > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += bytes;
    return start;
  }

  #nextMessageId(): string {
    const sequence = (this.#sequence++ >>> 0).toString(16).toUpperCase().padStart(SEQUENCE_DIGITS, '0');
    return this.#idPrefix + sequence;
  }

  /** `born_timestamp` of now, to the millisecond. */
  #bornTimestamp(): Buffer {
    const now = Date.now();
    if (now !== this.#bornAt) {
      this.#bornAt = now;
      this.#born = timestamp(FIELD.system.bornTimestamp, now);
    }
    return this.#born;
  }
}

/** `message_group`, whose tag takes two bytes: the key, or its hash where it is too long. */
function messageGroup(key: string): Buffer {
  const content = Buffer.from(key);
  const name =
    content.length <= MAX_GROUP_BYTES
      ? content
      : Buffer.from(createHash('sha256').update(content).digest('hex'));
  return Buffer.concat([Buffer.from([0x8a]), field(0x01, name)]);
}

/** Properties as entries of the message's map, and how long their names and values are together. */
function userProperties(properties: NonNullable<Message['properties']>) {
  let textBytes = 0;
  const entries = properties.map(([name, value]) => {
    const key = Buffer.from(name);
    const content = Buffer.from(value);
    textBytes += key.length + content.length;
    const entry = [field(FIELD.mapEntry.key, key), field(FIELD.mapEntry.value, content)];
    return field(FIELD.message.userProperties, Buffer.concat(entry));
  });
  return { bytes: Buffer.concat(entries), textBytes };
}
