import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type Message, RECORD_ID_PROPERTY } from '../../job/message.js';
import type { EncodedMessage } from '../producer.js';

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
  },
  timestamp: { seconds: 0x08, nanos: 0x10 },
} as const;

const ENCODING_IDENTITY = 1;
const MESSAGE_TYPE_NORMAL = 1;

/** Messages are written one behind the other into slabs; a slab lives as long as a message in it is under way. */
const SLAB_BYTES = 1024 * 1024;

/** Message ids have 17 bytes, as hexadecimal digits: a version, 12 bytes of the producer's own, a sequence. */
const ID_DIGITS = 34;
const SEQUENCE_DIGITS = 8;

export class MessageEncoder {
  /** What is the same in every message. */
  readonly #topic: Buffer;
  readonly #propertyKey: Buffer;
  readonly #systemConstant: Buffer;
  readonly #idPrefix: string;
  #sequence = 0;
  #bornAt = 0;
  #born: Buffer = Buffer.alloc(0);
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;

  constructor(topic: string, tag?: string) {
    this.#topic = field(FIELD.message.topic, field(FIELD.resource.name, Buffer.from(topic)));
    this.#propertyKey = field(FIELD.mapEntry.key, Buffer.from(RECORD_ID_PROPERTY));
    this.#systemConstant = Buffer.concat([
      tag === undefined ? Buffer.alloc(0) : field(FIELD.system.tag, Buffer.from(tag)),
      Buffer.from([
        FIELD.system.bodyEncoding,
        ENCODING_IDENTITY,
        FIELD.system.messageType,
        MESSAGE_TYPE_NORMAL,
      ]),
      field(FIELD.system.bornHost, Buffer.from(hostname())),
    ]);
    const own = randomBytes((ID_DIGITS - SEQUENCE_DIGITS - 2) / 2);
    this.#idPrefix = `01${own.toString('hex').toUpperCase()}`;
  }

  encode({ id, key, body }: Message): EncodedMessage {
    const born = this.#bornTimestamp();
    const idBytes = Buffer.byteLength(id);
    const keyBytes = key === undefined ? 0 : Buffer.byteLength(key);
    const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;

    const idField = 1 + varintBytes(idBytes) + idBytes;
    const property = this.#propertyKey.length + idField;
    const system =
      this.#systemConstant.length +
      born.length +
      idField +
      (key === undefined ? 0 : 1 + varintBytes(keyBytes) + keyBytes) +
      (2 + ID_DIGITS);
    const message =
      this.#topic.length +
      (1 + varintBytes(property) + property) +
      (1 + varintBytes(system) + system) +
      (1 + varintBytes(bodyBytes) + bodyBytes);
    const total = 1 + varintBytes(message) + message;

    const start = this.#room(total);
    const slab = this.#slab;
    let at = header(slab, start, FIELD.request.messages, message);
    at += this.#topic.copy(slab, at);
    at = header(slab, at, FIELD.message.userProperties, property);
    at += this.#propertyKey.copy(slab, at);
    at = text(slab, at, FIELD.mapEntry.value, id, idBytes);
    at = header(slab, at, FIELD.message.systemProperties, system);
    at += this.#systemConstant.copy(slab, at);
    at += born.copy(slab, at);
    if (key !== undefined) at = text(slab, at, FIELD.system.keys, key, keyBytes);
    at = text(slab, at, FIELD.system.keys, id, idBytes);
    at = text(slab, at, FIELD.system.messageId, this.#nextMessageId(), ID_DIGITS);
    at = header(slab, at, FIELD.message.body, bodyBytes);
    if (typeof body === 'string') slab.write(body, at, 'utf8');
    else slab.set(body, at);
    return { bytes: slab.subarray(start, start + total), bodyBytes };
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
      this.#born = field(
        FIELD.system.bornTimestamp,
        Buffer.concat([
          number(FIELD.timestamp.seconds, Math.floor(now / 1000)),
          number(FIELD.timestamp.nanos, (now % 1000) * 1_000_000),
        ]),
      );
    }
    return this.#born;
  }
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** Writes `value` as a varint; the offset behind it. By division, as bit operations end at 32 bits. */
function varint(target: Buffer, at: number, value: number): number {
  let rest = value;
  let offset = at;
  while (rest >= 0x80) {
    target[offset++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[offset++] = rest;
  return offset;
}

/** Writes tag and length of a field. */
function header(target: Buffer, at: number, tag: number, length: number): number {
  target[at] = tag;
  return varint(target, at + 1, length);
}

/** Writes a text field whose length in bytes is known. */
function text(target: Buffer, at: number, tag: number, value: string, bytes: number): number {
  const start = header(target, at, tag, bytes);
  // latin1 and UTF-8 are the same where there is a byte a character, and the first is the faster to write.
  if (bytes === value.length) target.write(value, start, 'latin1');
  else target.write(value, start, 'utf8');
  return start + bytes;
}

function field(tag: number, content: Buffer): Buffer {
  const target = Buffer.alloc(1 + 5 + content.length);
  const at = header(target, 0, tag, content.length);
  content.copy(target, at);
  return target.subarray(0, at + content.length);
}

function number(tag: number, value: number): Buffer {
  const target = Buffer.alloc(1 + 10);
  target[0] = tag;
  return target.subarray(0, varint(target, 1, value));
}
