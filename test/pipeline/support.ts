import type { DirtyRecord } from '../../src/dirty/record.js';
import type { DirtyStore } from '../../src/dirty/store.js';
import { type Message, RECORD_IDS_PROPERTY } from '../../src/job/message.js';
import type { EncodedMessage, Producer } from '../../src/rocketmq/producer.js';
import type { JsonBatch } from '../../src/sources/source.js';

/** A message that carries what it was made of, so that a test can look into it. */
export interface PlainMessage extends EncodedMessage {
  readonly message: Message;
}

/** Ids of the records in a message. */
export function idsOf({ message }: PlainMessage): string[] {
  const [, ids] = message.properties?.find(([name]) => name === RECORD_IDS_PROPERTY) ?? [];
  return ids?.split(',') ?? [message.id];
}

export const plain = (message: EncodedMessage) => message as PlainMessage;

/** A producer that encodes a message as its body, and sends by `send`. */
export function plainProducer(over: Partial<Producer> = {}): Producer {
  return {
    maxBodyBytes: 1000,
    maxPropertyBytes: 400,
    maxRequestBytes: Number.POSITIVE_INFINITY,
    maxMessages: Number.POSITIVE_INFINITY,
    encode(message): PlainMessage {
      const bytes = Buffer.from(message.body);
      const texts = [message.id, message.id, 'rocketliftId', ...(message.properties ?? []).flat()];
      return { message, bytes, bodyBytes: bytes.length, propertyBytes: Buffer.byteLength(texts.join('')) };
    },
    send: async () => ({ refusals: [], storedOnly: 0 }),
    close: async () => {},
    ...over,
  };
}

/** A store in memory. What was not flushed is not in `safe`. */
export function memoryStore(): DirtyStore & { readonly all: DirtyRecord[]; readonly safe: DirtyRecord[] } {
  const all: DirtyRecord[] = [];
  const safe: DirtyRecord[] = [];
  return {
    all,
    safe,
    rawBytes: 1000,
    get length() {
      return { entries: all.length, length: all.length };
    },
    get pendingBytes() {
      return all.length - safe.length;
    },
    append: (records) => {
      all.push(...records);
    },
    flush: async () => {
      safe.push(...all.slice(safe.length));
    },
    close: async () => {},
  };
}

/** Numbered records; where reading goes on after record `i` is `i + 1`. */
export function numberedBatch(from: number, bodies: readonly string[]): JsonBatch {
  return {
    shape: 'json',
    length: bodies.length,
    positionAfter: (i) => from + i + 1,
    id: (i) => `id-${from + i}`,
    place: (i) => `record ${from + i}`,
    fault: () => undefined,
    raw: (i) => Buffer.from(bodies[i]),
    bytes: (i) => Buffer.byteLength(bodies[i]),
    json: (i) => Buffer.from(bodies[i]),
  };
}
