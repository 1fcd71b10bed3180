import fc from 'fast-check';
import service from 'rocketmq-client-nodejs/proto/apache/rocketmq/v2/service_pb.js';
import { describe, expect, it } from 'vitest';
import { RECORD_ID_PROPERTY } from '../../src/job/message.js';
import { MessageEncoder } from '../../src/rocketmq/proxy/encoder.js';

/** What the generated classes read from the bytes. */
function decode(bytes: Uint8Array) {
  return service.SendMessageRequest.deserializeBinary(bytes)
    .getMessagesList()
    .map((message) => {
      const system = message.getSystemProperties();
      return {
        topic: message.getTopic()?.getName(),
        body: Buffer.from(message.getBody_asU8()).toString('hex'),
        tag: system?.getTag() ?? '',
        keys: system?.getKeysList() ?? [],
        messageId: system?.getMessageId() ?? '',
        type: system?.getMessageType(),
        encoding: system?.getBodyEncoding(),
        bornAt: system?.getBornTimestamp()?.toDate().getTime() ?? 0,
        deliverAt: system?.getDeliveryTimestamp()?.toDate().getTime(),
        properties: message.getUserPropertiesMap().toObject(),
      };
    });
}

const wellFormed = (text: string) => text.isWellFormed();
const text = (maxLength: number) =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength }).filter(wellFormed);

const message = fc.record(
  {
    id: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter(wellFormed),
    key: fc.string({ unit: 'grapheme', maxLength: 300 }).filter(wellFormed),
    tag: text(200),
    properties: fc.uniqueArray(
      fc.tuple(
        text(20).filter((name) => name !== '__proto__'),
        text(300),
      ),
      {
        maxLength: 20,
        selector: ([name]) => name,
      },
    ),
    deliverAt: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 8.64e15 })),
    body: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 500 }).filter(wellFormed),
      fc.uint8Array({ maxLength: 20_000 }),
    ),
  },
  { requiredKeys: ['id', 'body'] },
);

const options = fc.constantFrom(
  { given: {}, tag: '', type: 1 },
  { given: { tag: 'all' }, tag: 'all', type: 1 },
  { given: { type: 'DELAY' as const }, tag: '', type: 3 },
);

const utf8Length = (texts: readonly string[]) => Buffer.byteLength(texts.join(''));

describe('MessageEncoder', () => {
  it('writes what the generated classes read', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 20 }),
        options,
        (messages, { given, tag, type }) => {
          const encoder = new MessageEncoder('orders', given);
          const before = Date.now();
          const encoded = messages.map((each) => encoder.encode(each));
          const decoded = decode(Buffer.concat(encoded.map(({ bytes }) => bytes)));
          expect(decoded).toHaveLength(messages.length);
          for (const [index, { id, key, tag: own, properties = [], deliverAt, body }] of messages.entries()) {
            const read = decoded[index];
            const keys = key === undefined ? [id] : [key, id];
            expect(read).toMatchObject({
              topic: 'orders',
              body: Buffer.from(body).toString('hex'),
              tag: own ?? tag,
              keys,
              type,
              encoding: 1,
              deliverAt,
            });
            expect(read.properties.sort()).toEqual([[RECORD_ID_PROPERTY, id], ...properties].sort());
            expect(read.messageId).toMatch(/^01[0-9A-F]{32}$/);
            expect(read.bornAt).toBeGreaterThanOrEqual(before);
            expect(encoded[index].bodyBytes).toBe(Buffer.from(body).length);
            expect(encoded[index].propertyBytes).toBe(
              utf8Length([...read.properties.flat(), ...keys, own ?? '']),
            );
          }
          expect(new Set(decoded.map(({ messageId }) => messageId)).size).toBe(messages.length);
        },
      ),
    );
  });

  it('takes bodies larger than its slabs, and leaves earlier messages as they were', () => {
    const encoder = new MessageEncoder('orders');
    const first = encoder.encode({ id: 'a', body: 'first' });
    const large = encoder.encode({ id: 'b', body: Buffer.alloc(3 * 1024 * 1024, 'x') });
    const last = encoder.encode({ id: 'c', body: 'last' });
    const bodies = decode(Buffer.concat([first.bytes, large.bytes, last.bytes])).map(
      ({ body }) => body.length / 2,
    );
    expect(bodies).toEqual([5, 3 * 1024 * 1024, 4]);
  });

  it('gives no two producers the same message ids', () => {
    const ids = [new MessageEncoder('t'), new MessageEncoder('t')].map(
      (encoder) => decode(encoder.encode({ id: 'a', body: 'b' }).bytes)[0].messageId,
    );
    expect(ids[0]).not.toBe(ids[1]);
  });
});
