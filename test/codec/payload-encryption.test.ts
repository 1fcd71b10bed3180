import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keysFrom } from '../../src/codec/keys.js';
import { PayloadEncryption } from '../../src/codec/payload-encryption.js';

const newKey = () => randomBytes(32).toString('base64');

const [KEY, OTHER] = [newKey(), newKey()];

const codecWith = (key?: string, old?: string) =>
  new PayloadEncryption(keysFrom({ ROCKETLIFT_CODEC_KEY: key, ROCKETLIFT_CODEC_OLD_KEYS: old }));

const plain = (text: string) => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(text),
});

const payloads = fc.array(
  fc.record({
    metadata: fc.dictionary(fc.string(), fc.uint8Array({ maxLength: 20 }), { noNullPrototype: true }),
    data: fc.uint8Array({ maxLength: 2000 }),
  }),
  { maxLength: 4 },
);

const comparable = (all: readonly { metadata?: unknown; data?: unknown }[]) =>
  all.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries((metadata ?? {}) as Record<string, Uint8Array>)
        .map(([name, value]) => [name, Buffer.from(value).toString('hex')])
        .sort(),
    ),
    data: Buffer.from((data ?? []) as Uint8Array).toString('hex'),
  }));

describe('a payload', () => {
  it('comes out as it went in', async () => {
    const codec = codecWith(KEY);
    await fc.assert(
      fc.asyncProperty(payloads, async (all) => {
        expect(comparable(await codec.decode(await codec.encode(all)))).toEqual(comparable(all));
      }),
    );
  });

  it('shows nothing of itself, and is another each time', async () => {
    const codec = codecWith(KEY);
    const [first, second] = await codec.encode([plain('/data/orders.csv'), plain('/data/orders.csv')]);
    expect(Buffer.from(first.data ?? []).toString('latin1')).not.toContain('orders');
    expect(Object.keys(first.metadata ?? {}).sort()).toEqual(['encoding', 'rocketlift-key']);
    expect(first.data).not.toEqual(second.data);
  });

  it('stays in plain without a key, and is read in plain with one', async () => {
    expect(await codecWith().encode([plain('"a"')])).toEqual([plain('"a"')]);
    expect(await codecWith(KEY).decode([plain('"a"')])).toEqual([plain('"a"')]);
  });

  it('of an older key is read with that one beside the new one', async () => {
    const encoded = await codecWith(OTHER).encode([plain('"a"')]);
    expect(comparable(await codecWith(KEY, ` ${newKey()}, ${OTHER}`).decode(encoded))).toEqual(
      comparable([plain('"a"')]),
    );
  });

  it('is not read with another key, or with none', async () => {
    const encoded = await codecWith(OTHER).encode([plain('"a"')]);
    await expect(codecWith(KEY).decode(encoded)).rejects.toMatchObject({
      code: 'codec_key_unknown',
      fault: 'user',
    });
    await expect(codecWith().decode(encoded)).rejects.toMatchObject({
      code: 'codec_key_missing',
      fault: 'user',
    });
  });

  it.each([
    ['a bit', (data: Buffer) => Buffer.from(data.map((byte, i) => (i === 20 ? byte ^ 1 : byte)))],
    ['its end', (data: Buffer) => data.subarray(0, -1)],
    ['nearly all', (data: Buffer) => data.subarray(0, 5)],
  ])('that was changed is refused: %s', async (_, change) => {
    const codec = codecWith(KEY);
    const [encoded] = await codec.encode([plain('"some text"')]);
    const damaged = { ...encoded, data: change(Buffer.from(encoded.data ?? [])) };
    await expect(codec.decode([damaged])).rejects.toMatchObject({ code: 'codec_payload_damaged' });
  });
});

describe('a key', () => {
  it.each([
    'abc',
    KEY.slice(1),
    `${KEY}A`,
    KEY.replace(/.$/, '!'),
    randomBytes(16).toString('base64'),
    'x'.repeat(44),
  ])('that is none is refused without being shown: %j', (key) => {
    const env = { ROCKETLIFT_CODEC_KEY: key };
    expect(() => keysFrom(env)).toThrow(
      expect.objectContaining({ code: 'codec_key_invalid', fault: 'user' }),
    );
    expect(() => keysFrom(env)).not.toThrow(key);
  });

  it('may be written with a line end behind it', () => {
    expect(keysFrom({ ROCKETLIFT_CODEC_KEY: `${KEY}\n` })).toEqual(keysFrom({ ROCKETLIFT_CODEC_KEY: KEY }));
  });
});
