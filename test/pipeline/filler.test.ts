import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirtyRecord } from '../../src/dirty/record.js';
import type { Draft } from '../../src/pipeline/draft.js';
import { type Filler, MessageFiller } from '../../src/pipeline/filler.js';
import { Pacer } from '../../src/pipeline/pacer.js';
import { PackFiller } from '../../src/pipeline/pack-filler.js';
import { idsOf, numberedBatch, plain, plainProducer } from './support.js';

const pacer = new Pacer();

const DIRTY: DirtyRecord = {
  id: 'id',
  input: 'x',
  place: 'somewhere',
  position: 0,
  partition: 0,
  stage: 'convert',
  code: 'code',
  message: 'message',
  raw: new Uint8Array(),
  bytes: 0,
};

const JSON_ARRAY = { before: '[', between: ',', after: ']' };

/** What comes of a record: a body of so many bytes, or nothing. */
const record = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 120 }) },
  { weight: 1, arbitrary: fc.constantFrom(990, 1200) },
  { weight: 2, arbitrary: fc.constantFrom('dirty' as const, 'filtered' as const) },
);

/** Puts records in; the drafts that came of it, and the records that were too large. */
function fill(filler: Filler, records: readonly (number | 'dirty' | 'filtered')[], asText: boolean) {
  const drafts: Draft[] = [];
  const tooLarge: string[] = [];
  for (const [index, each] of records.entries()) {
    const batch = numberedBatch(index, ['']);
    if (typeof each !== 'number') filler.leaveOut(batch, 0, each === 'dirty' ? DIRTY : undefined);
    else {
      const text = `"${'x'.repeat(each)}"`;
      const fault = filler.put({ id: `id-${index}`, body: asText ? text : Buffer.from(text) }, batch, 0);
      if (fault) {
        expect(fault.code).toBe('body_too_large');
        tooLarge.push(`id-${index}`);
        filler.leaveOut(batch, 0, DIRTY);
      }
    }
    for (let draft = filler.takeFull(); draft; draft = filler.takeFull()) drafts.push(draft);
  }
  for (let draft = filler.takeRest(true); draft; draft = filler.takeRest(true)) drafts.push(draft);
  return { drafts, tooLarge };
}

/** Whether the positions and counts of drafts are those of the records up to there, each once and in order. */
function expectContiguous(drafts: readonly Draft[], records: readonly (number | 'dirty' | 'filtered')[]) {
  let before = 0;
  for (const draft of drafts) {
    const after = Number(draft.positionAfter);
    const { read, written, dirty, filtered } = draft.counts(0);
    expect(read).toBe(after - before);
    expect(written + dirty + filtered).toBe(read);
    expect(filtered).toBe(records.slice(before, after).filter((each) => each === 'filtered').length);
    const ids = draft.messages.flatMap((message) => idsOf(plain(message)));
    for (const id of ids) {
      expect(Number(id.slice(3))).toBeGreaterThanOrEqual(before);
      expect(Number(id.slice(3))).toBeLessThan(after);
    }
    before = after;
  }
  expect(before).toBe(records.length);
}

const cases = fc.record({
  records: fc.array(record, { maxLength: 150 }),
  batch: fc.record({ records: fc.integer({ min: 1, max: 10 }), bytes: fc.constantFrom(50, 300, 700) }),
  perMessage: fc.integer({ min: 1, max: 12 }),
  asText: fc.boolean(),
});

const idsIn = (drafts: readonly Draft[]) =>
  drafts.flatMap(({ messages }) => messages.flatMap((message) => idsOf(plain(message))));

const expectedIds = (records: readonly unknown[], without: readonly string[]) =>
  records.flatMap((each, index) =>
    typeof each === 'number' && !without.includes(`id-${index}`) ? [`id-${index}`] : [],
  );

describe('drafts', () => {
  it('of packed records hold each of them once, in order, within every limit', () => {
    fc.assert(
      fc.property(cases, ({ records, batch, perMessage, asText }) => {
        const producer = plainProducer();
        const filler = new PackFiller(
          { producer, batch, start: 0, pacer },
          { records: perMessage, ...JSON_ARRAY },
        );
        const { drafts, tooLarge } = fill(filler, records, asText);
        expectContiguous(drafts, records);
        expect(idsIn(drafts)).toEqual(expectedIds(records, tooLarge));
        for (const draft of drafts) {
          expect(draft.messages.length).toBeLessThanOrEqual(batch.records);
          if (draft.messages.length > 1) expect(draft.encodedBytes).toBeLessThanOrEqual(batch.bytes);
          for (const [at, message] of draft.messages.entries()) {
            const ids = idsOf(plain(message));
            const bodies = JSON.parse(Buffer.from(message.bytes).toString()) as string[];
            expect(bodies.map(({ length }) => length)).toEqual(ids.map((id) => records[Number(id.slice(3))]));
            expect(draft.recordsOf(at).map(({ batch: from }) => from.id(0))).toEqual(ids);
            expect(plain(message).message.id).toBe(ids[0]);
            expect(ids.length).toBeLessThanOrEqual(perMessage);
            expect(message.bodyBytes).toBeLessThanOrEqual(producer.maxBodyBytes);
            expect(message.propertyBytes).toBeLessThanOrEqual(producer.maxPropertyBytes);
            if (ids.length > 1) expect(message.bodyBytes).toBeLessThanOrEqual(batch.bytes);
          }
        }
      }),
    );
  }, 30_000);

  it('of packed records have no more of them while the job has a rate, whatever a partition may use of it just now', () => {
    const idsAt = (records: number) => {
      const options = { producer: plainProducer(), batch: { records: 10, bytes: 10_000 }, start: 0 };
      const filler = new PackFiller(
        { ...options, pacer: new Pacer({ records }), packRecords: 4 },
        { records: 50, ...JSON_ARRAY },
      );
      const { drafts } = fill(
        filler,
        Array.from({ length: 12 }, () => 1),
        false,
      );
      return drafts.flatMap(({ messages }) => messages.map((message) => idsOf(plain(message)).length));
    };
    expect(idsAt(1000)).toEqual([4, 4, 4]);
    expect(idsAt(40)).toEqual([4, 4, 4]);
    // One that somebody made lower is kept to.
    expect(idsAt(20)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('of single records do so as well', () => {
    fc.assert(
      fc.property(cases, ({ records, batch, asText }) => {
        const filler = new MessageFiller({ producer: plainProducer(), batch, start: 0, pacer });
        const { drafts, tooLarge } = fill(filler, records, asText);
        expectContiguous(drafts, records);
        expect(idsIn(drafts)).toEqual(expectedIds(records, tooLarge));
        for (const { messages, encodedBytes } of drafts) {
          expect(messages.length).toBeLessThanOrEqual(batch.records);
          if (messages.length > 1) expect(encodedBytes).toBeLessThanOrEqual(batch.bytes);
        }
      }),
    );
  }, 30_000);

  it('close a pack early whose ids would be more than properties may be', () => {
    const producer = plainProducer({ maxPropertyBytes: 100 });
    const filler = new PackFiller(
      { producer, batch: { records: 10, bytes: 1000 }, start: 0, pacer },
      { records: 500, ...JSON_ARRAY },
    );
    const { drafts } = fill(filler, Array<number>(100).fill(1), true);
    const packs = drafts.flatMap(({ messages }) => messages);
    expect(packs.length).toBeGreaterThan(5);
    for (const { propertyBytes } of packs) expect(propertyBytes).toBeLessThanOrEqual(100);
  });

  it('have one message where the producer takes no more', () => {
    const filler = new MessageFiller({
      producer: plainProducer({ maxMessages: 1 }),
      batch: { records: 10, bytes: 1000 },
      start: 0,
      pacer,
    });
    const { drafts } = fill(filler, [1, 1, 'dirty', 1], true);
    expect(drafts.map(({ messages }) => messages.length)).toEqual([1, 1, 1]);
  });

  it('end after many records without a message, so that the watermark passes them', () => {
    const filler = new PackFiller(
      { producer: plainProducer(), batch: { records: 10, bytes: 1000 }, start: 0, pacer },
      { records: 500, ...JSON_ARRAY },
    );
    const { drafts } = fill(filler, [1, ...Array<'filtered'>(12_000).fill('filtered')], true);
    expect(drafts.map(({ positionAfter }) => positionAfter)).toEqual([5001, 10_001, 12_001]);
    expect(drafts.map(({ messages }) => messages.length)).toEqual([1, 0, 0]);
  });

  describe('of a filter that lets few records pass', () => {
    const batch = { records: 500, bytes: 1_000_000 };
    const PER_BATCH = 1000;

    /** Every `nth` record of so many passes; the drafts that come of it. */
    function sift(filler: Filler, count: number, nth: number) {
      const drafts: Draft[] = [];
      for (let n = 0; n < count; n += PER_BATCH) {
        const records = numberedBatch(n, Array<string>(PER_BATCH).fill(''));
        for (let i = 0; i < PER_BATCH; i++) {
          if ((n + i) % nth > 0) filler.leaveOut(records, i);
          else filler.put({ id: records.id(i), body: '1' }, records, i);
          for (let draft = filler.takeFull(); draft; draft = filler.takeFull()) drafts.push(draft);
        }
      }
      for (let draft = filler.takeRest(true); draft; draft = filler.takeRest(true)) drafts.push(draft);
      expect(drafts.at(-1)?.positionAfter).toBe(count);
      expect(drafts.reduce((sum, draft) => sum + draft.counts(0).read, 0)).toBe(count);
      return drafts;
    }

    const packer = () =>
      new PackFiller(
        {
          producer: plainProducer({ maxBodyBytes: 10_000, maxPropertyBytes: 16_384 }),
          batch,
          start: 0,
          pacer,
        },
        { records: 500, ...JSON_ARRAY },
      );

    it('are as full as without one', () => {
      const filler = new MessageFiller({ producer: plainProducer(), batch, start: 0, pacer });
      const drafts = sift(filler, 150_000, 100);
      expect(drafts.map(({ messages }) => messages.length)).toEqual([500, 500, 500]);
    });

    it('have messages as full as without one', () => {
      const messages = sift(packer(), 150_000, 100).flatMap((draft) => draft.messages);
      expect(messages.map((message) => idsOf(plain(message)).length)).toEqual([500, 500, 500]);
    });

    it.each([
      ['single records', () => new MessageFiller({ producer: plainProducer(), batch, start: 0, pacer })],
      ['packed records', packer],
    ])('hold on to no more than 64 batches, of %s', (_, filler) => {
      const drafts = sift(filler(), 200_000, PER_BATCH);
      const held = drafts.map((draft) => {
        const records = draft.messages.flatMap((_, at) => draft.recordsOf(at));
        return new Set(records.map((record) => record.batch)).size;
      });
      expect(held).toEqual([64, 64, 64, 8]);
    });
  });
});
