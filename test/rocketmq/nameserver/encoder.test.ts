import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Message, RECORD_ID_PROPERTY } from '../../../src/job/message.js';
import {
  type EncoderOptions,
  joined,
  MessageEncoder,
  partsOf,
} from '../../../src/rocketmq/nameserver/encoder.js';
import { readItems, readProperties } from './support/batch-items.js';

const SLAB_BYTES = 1024 * 1024;

/** Any text, halves of surrogates too, but for what separates properties: that is refused before. */
const text = (maxLength: number) =>
  fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength }),
      fc.string({ unit: 'binary', minLength: 1, maxLength }),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength })
        .map((units) => String.fromCharCode(...units)),
    )
    .map((any) => any.replaceAll('\u0001', '-').replaceAll('\u0002', '-'));

const body = fc.oneof(
  { weight: 5, arbitrary: text(500) },
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 3000 }) },
  // So that slabs are left after a few messages.
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: SLAB_BYTES * 2 }).map((length) => Buffer.alloc(length, 'x')),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: SLAB_BYTES / 2 }).map((length) => '世'.repeat(length)) },
);

const message: fc.Arbitrary<Message> = fc.record(
  {
    id: text(40),
    key: text(100),
    tag: text(40),
    properties: fc.array(fc.tuple(text(20), text(100)), { maxLength: 8 }),
    deliverAt: fc.integer({ min: 0, max: 8.64e15 }),
    body,
  },
  { requiredKeys: ['id', 'body'], noNullPrototype: true },
);

const options = fc.constantFrom<Omit<EncoderOptions, 'nextId'>>(
  {},
  { tag: 'all' },
  { ordered: true },
  { tag: 'all', ordered: true },
);

/** What UTF-8 makes of a text: halves of surrogates can't be written. */
const asWritten = (given: string) => Buffer.from(given).toString();

function wanted(
  { id, key, tag, properties = [], deliverAt }: Message,
  messageId: string,
  { tag: common, ordered }: Omit<EncoderOptions, 'nextId'>,
) {
  const pairs: [string, string][] = [
    ['KEYS', key === undefined ? id : `${key} ${id}`],
    ['UNIQ_KEY', messageId],
    [RECORD_ID_PROPERTY, id],
  ];
  if (common !== undefined) pairs.push(['TAGS', common]);
  if (tag !== undefined) pairs.push(['TAGS', tag]);
  if (ordered && key !== undefined) pairs.push(['__SHARDINGKEY', key]);
  if (deliverAt !== undefined) pairs.push(['TIMER_DELIVER_MS', String(deliverAt)]);
  pairs.push(...properties.map(([name, value]): [string, string] => [name, value]));
  return pairs.map(([name, value]) => [asWritten(name), asWritten(value)]);
}

function encoderOf(given: Omit<EncoderOptions, 'nextId'> = {}) {
  let next = 0;
  return new MessageEncoder({ ...given, nextId: () => `id-${next++}` });
}

describe('MessageEncoder', () => {
  it('writes batches that an independent reader reads, whatever the messages', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), options, (messages, given) => {
        const encoder = encoderOf(given);
        const encoded = messages.map((each) => encoder.encode(each));
        const items = readItems(Buffer.concat(joined(encoded)));
        expect(items).toHaveLength(messages.length);
        for (const [i, each] of messages.entries()) {
          expect(items[i].flag).toBe(0);
          expect(items[i].body.equals(Buffer.from(each.body as string))).toBe(true);
          expect(items[i].properties).toEqual(wanted(each, `id-${i}`, given));
          expect(encoded[i].bodyBytes).toBe(items[i].body.length);
          expect(encoded[i].propertyBytes).toBe(encoded[i].bytes.length - 22 - encoded[i].bodyBytes);
        }
      }),
    );
  });

  it('gives body and properties of one alone, the same as in a batch', () => {
    fc.assert(
      fc.property(message, options, (given, how) => {
        const encoded = encoderOf(how).encode(given);
        const [item] = readItems(encoded.bytes);
        const alone = partsOf(encoded);
        expect(alone.body.equals(item.body)).toBe(true);
        expect(readProperties(alone.properties)).toEqual(item.properties);
      }),
    );
  });

  it('leaves messages as they are when later ones are written', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 2, maxLength: 12 }), (messages) => {
        const encoder = encoderOf();
        const first = encoder.encode(messages[0]);
        const before = Buffer.from(first.bytes);
        for (const each of messages.slice(1)) encoder.encode(each);
        expect(first.bytes.equals(before)).toBe(true);
      }),
    );
  });

  it('has written zeros where brokers look for nothing, and in slabs that were used before as well', () => {
    const encoder = encoderOf();
    for (let i = 0; i < 3; i++) {
      const { bytes } = encoder.encode({ id: 'a', body: Buffer.alloc(SLAB_BYTES / 3, 0xff) });
      expect(bytes.subarray(4, 16)).toEqual(Buffer.alloc(12));
    }
  });
});

describe('joined', () => {
  it('is one piece of memory for messages that were written one behind the other, without a copy', () => {
    const encoder = encoderOf();
    const messages = Array.from({ length: 500 }, (_, n) => encoder.encode({ id: `${n}`, body: `body ${n}` }));
    const parts = joined(messages);
    expect(parts).toHaveLength(1);
    expect(parts[0].buffer).toBe(messages[0].bytes.buffer);
  });

  it('is all messages in their order, whichever were taken out and wherever they lie', () => {
    const order = fc.array(fc.nat(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), order, (messages, places) => {
        const encoder = encoderOf();
        const encoded = messages.map((each) => encoder.encode(each));
        const chosen = places.map((place) => encoded[place % encoded.length]);
        expect(Buffer.concat(joined(chosen)).equals(Buffer.concat(chosen.map(({ bytes }) => bytes)))).toBe(
          true,
        );
      }),
    );
  });
});
