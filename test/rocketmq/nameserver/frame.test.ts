import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, FrameReader, frameHead } from '../../../src/rocketmq/nameserver/frame.js';
import { RemotingError } from '../../../src/rocketmq/nameserver/remoting-error.js';
import { frameBytes, rawFrame, splitFrames } from './support/frames.js';

const LARGEST_LENGTH = 16 * 1024 * 1024;

const text = fc.string({ unit: 'binary', maxLength: 40 });
const code = fc.integer({ min: -1000, max: 5000 });
const opaque = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const header = fc.record(
  {
    code,
    opaque,
    flag: fc.constantFrom(0, 1, 2, 3),
    remark: text,
    extFields: fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      text,
      { maxKeys: 5, noNullPrototype: true },
    ),
  },
  { requiredKeys: ['code', 'opaque', 'flag'], noNullPrototype: true },
);
const body = fc.uint8Array({ maxLength: 3000 });
const frames = fc.array(fc.tuple(header, body), { maxLength: 6 });

/** Bytes cut at places that are given as parts of their length. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

function readAll(given: readonly Buffer[]): { read: Frame[]; reader: FrameReader } {
  const reader = new FrameReader();
  const read = given.flatMap((piece) => [...reader.take(piece)]);
  return { read, reader };
}

/** What the reader says of bytes that are no frame; undefined if it waits for more, or takes them. */
function refusal(given: readonly Buffer[]): RemotingError | undefined {
  try {
    readAll(given);
    return undefined;
  } catch (error) {
    // Anything else would end the process.
    if (!(error instanceof RemotingError)) throw error;
    expect(error.kind).toBe('not_a_frame');
    return error;
  }
}

describe('FrameReader', () => {
  it('reads the same frames, in whatever pieces they come', () => {
    fc.assert(
      fc.property(frames, cuts, (given, places) => {
        const bytes = Buffer.concat(given.map(([head, content]) => frameBytes(head, content)));
        const { read, reader } = readAll(pieces(bytes, places));
        expect(read.map(({ header: { ...head } }) => head)).toEqual(given.map(([head]) => head));
        expect(read.map(({ body: content }) => Buffer.from(content))).toEqual(
          given.map(([, content]) => Buffer.from(content)),
        );
        expect(reader.isWithinFrame).toBe(false);
      }),
    );
  });

  it('waits for the rest of a frame that is cut, and says that it does', () => {
    fc.assert(
      fc.property(
        header,
        body,
        cuts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (head, content, places, cut) => {
          const bytes = frameBytes(head, content);
          const length = 1 + Math.floor(cut * (bytes.length - 2));
          const { read, reader } = readAll(pieces(bytes.subarray(0, length), places));
          expect(read).toEqual([]);
          expect(reader.isWithinFrame).toBe(true);
          expect([...reader.take(bytes.subarray(length))]).toHaveLength(1);
        },
      ),
    );
  });

  it('takes any bytes for a frame, the beginning of one, or none, and never fails otherwise', () => {
    const kinds = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      // Those whose lengths fit, so that the rest is looked at.
      fc
        .tuple(fc.uint8Array({ maxLength: 60 }), body, fc.constantFrom(0, 0, 0, 1, 255))
        .map((parts) => rawFrame(...parts)),
      fc.tuple(fc.json(), body).map(([json, content]) => rawFrame(Buffer.from(json), content)),
      fc.tuple(header, body).map((parts) => frameBytes(...parts)),
    );
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 4 }), cuts, (given, places) => {
        refusal(pieces(Buffer.concat(given.map((each) => Buffer.from(each))), places));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['begins with a length of less than a header has', Buffer.from([0, 0, 0, 3]), 'length of 3'],
    ['is longer than any of RocketMQ', lengthOnly(LARGEST_LENGTH + 1), 'length of 16777217'],
    ['is an answer of a web server', Buffer.from('HTTP/1.1 400 Bad Request\r\n'), 'length of 1213486160'],
    ['is the beginning of TLS', Buffer.from([22, 3, 3, 0, 5]), 'length of 369296128'],
    [
      'has a header longer than itself',
      Buffer.from([0, 0, 0, 6, 0, 0, 0, 3, 123, 125]),
      'longer than the frame',
    ],
    ['has a binary header', frameBytes({ code: 0, opaque: 0, flag: 1 }, undefined, 1), 'kind 1'],
    ['has a header that is no JSON', rawFrame(Buffer.from('{"code":0')), 'no JSON'],
    ['has no header', rawFrame(Buffer.alloc(0)), 'no JSON'],
    ['has a header without a code', frameBytes({ opaque: 0, flag: 1 }), 'lacks code'],
    ['has a header whose number is a text', frameBytes({ code: 0, opaque: '0', flag: 1 }), 'lacks code'],
    ['has a header that is null', frameBytes(null), 'lacks code'],
    ['has fields that are a text', frameBytes({ code: 0, opaque: 0, flag: 1, extFields: 'a' }), 'extFields'],
    ['has a remark that is a number', frameBytes({ code: 0, opaque: 0, flag: 1, remark: 1 }), 'remark'],
  ])('refuses what %s', (_, bytes, why) => {
    expect(refusal([bytes])?.message).toContain(why);
    // Nothing of what came before it is lost.
    const reader = new FrameReader();
    const read: Frame[] = [];
    const good = frameBytes({ code: 0, opaque: 7, flag: 1 });
    expect(() => {
      for (const frame of reader.take(Buffer.concat([good, bytes]))) read.push(frame);
    }).toThrow(RemotingError);
    expect(read.map((frame) => frame.header.opaque)).toEqual([7]);
  });

  it('takes null for a remark and for fields, as Java may write what there is none of', () => {
    const { read } = readAll([frameBytes({ code: 0, opaque: 7, flag: 1, remark: null, extFields: null })]);
    expect(read[0].header.opaque).toBe(7);
  });

  it('waits for a frame of the greatest length', () => {
    expect(refusal([lengthOnly(LARGEST_LENGTH)])).toBeUndefined();
  });

  it('reads a large frame that comes in small pieces in a time that its length is fit for', () => {
    const bytes = frameBytes({ code: 0, opaque: 1, flag: 1 }, new Uint8Array(LARGEST_LENGTH - 1000));
    const reader = new FrameReader();
    let read = 0;
    for (let at = 0; at < bytes.length; at += 1024) {
      for (const frame of reader.take(bytes.subarray(at, at + 1024))) read += frame.body.length;
    }
    expect(read).toBe(LARGEST_LENGTH - 1000);
  });
});

describe('frameHead', () => {
  it('is what stands before a body, for an independent reader', () => {
    fc.assert(
      fc.property(frames, (given) => {
        const bytes = given.map(([head, content]) =>
          Buffer.concat([frameHead(head, content.length), content]),
        );
        const { frames: read, rest } = splitFrames(Buffer.concat(bytes));
        expect(rest).toHaveLength(0);
        expect(read.map(({ header: head }) => head)).toEqual(
          given.map(([head]) => ({ ...head, language: 'OTHER', version: 0 })),
        );
        expect(read.map(({ body: content }) => Buffer.from(content))).toEqual(
          given.map(([, content]) => Buffer.from(content)),
        );
      }),
    );
  });
});

function lengthOnly(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}
