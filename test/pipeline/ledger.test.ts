import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirtyRecord } from '../../src/dirty/record.js';
import { NOTHING, type Tally, type Watermark } from '../../src/job/report.js';
import { Ledger } from '../../src/pipeline/ledger.js';
import { memoryStore } from './support.js';

const START = { ...NOTHING, position: 0, done: false };
const NO_STORE = { ...memoryStore(), length: undefined };

function tally(written: number, dirty: number): Tally {
  return {
    records: { read: written + dirty, written, dirty, filtered: 0 },
    messages: written,
    bytes: written * 10,
    retries: 0,
    duplicatesAtMost: 0,
  };
}

const stretches = fc.array(fc.record({ written: fc.nat(500), dirty: fc.nat(5) }), {
  minLength: 1,
  maxLength: 30,
});

describe('Ledger', () => {
  it('covers exactly the settled stretches before the first gap, in whatever order they are settled', async () => {
    await fc.assert(
      fc.asyncProperty(
        stretches.chain((all) =>
          fc.record({ all: fc.constant(all), order: fc.shuffledSubarray(all.map((_, index) => index)) }),
        ),
        async ({ all, order }) => {
          const ledger = new Ledger(START, NO_STORE);
          const added = all.map(({ written }, index) => ledger.add(index + 1, written));
          const settled = new Set<number>();
          for (const index of order) {
            ledger.settle(added[index], tally(all[index].written, all[index].dirty));
            settled.add(index);
            let gap = 0;
            while (settled.has(gap)) gap++;
            const passed = all.slice(0, gap);
            expect(ledger.watermark.position).toBe(gap);
            expect(ledger.watermark.records.written).toBe(
              passed.reduce((sum, { written }) => sum + written, 0),
            );
            expect(ledger.watermark.records.dirty).toBe(passed.reduce((sum, { dirty }) => sum + dirty, 0));
            expect((await ledger.secure()).covered).toBe(
              passed.reduce((sum, { written }) => sum + written, 0),
            );
          }
        },
      ),
    );
  });

  it('goes on from what was counted before', () => {
    const ledger = new Ledger({ ...tally(7, 1), position: 70, done: false }, NO_STORE);
    ledger.settle(ledger.add(100, 3), tally(3, 0));
    ledger.count({ retries: 2, duplicatesAtMost: 500 });
    expect(ledger.watermark).toEqual({
      position: 100,
      done: false,
      records: { read: 11, written: 10, dirty: 1, filtered: 0 },
      messages: 10,
      bytes: 100,
      retries: 2,
      duplicatesAtMost: 500,
    });
  });

  it('refuses to be finished with something unsettled', () => {
    const ledger = new Ledger(START, NO_STORE);
    const stretch = ledger.add(1, 1);
    expect(() => ledger.finish()).toThrow('not settled');
    ledger.settle(stretch, tally(1, 0));
    ledger.finish();
    expect(ledger.watermark.done).toBe(true);
  });

  const record = (n: number): DirtyRecord => ({
    id: `id-${n}`,
    input: 'x',
    place: `record ${n}`,
    position: n,
    partition: 0,
    stage: 'parse',
    code: 'code',
    message: 'message',
    raw: Buffer.from(`${n}`),
    bytes: 1,
  });

  it('gives dirty records to the store in the order of the watermark, whatever that of the acknowledgements', () => {
    const store = memoryStore();
    const ledger = new Ledger(START, store);
    const [first, second, third] = [1, 2, 3].map((n) => ledger.add(n, 1));
    ledger.settle(third, tally(1, 1), [record(3)]);
    ledger.settle(second, tally(1, 1), [record(2)]);
    expect(store.all).toEqual([]);
    ledger.settle(first, tally(1, 1), [record(1)]);
    expect(store.all.map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(ledger.watermark).toMatchObject({ position: 3, kept: { entries: 3 } });
  });

  it('says what is safe only after the store has made it so, and counts what lies beyond as sent again', async () => {
    const store = memoryStore();
    const ledger = new Ledger(START, store);
    ledger.settle(ledger.add(10, 5), tally(5, 1), [record(1)]);
    expect(ledger.safeWatermark).toMatchObject({ position: 0, duplicatesAtMost: 5, records: { read: 0 } });
    expect(await ledger.secure()).toMatchObject({
      watermark: { position: 10, kept: { entries: 1 } },
      covered: 5,
    });
    expect(store.safe).toHaveLength(1);
    expect(ledger.safeWatermark).toMatchObject({ position: 10, duplicatesAtMost: 0 });
    ledger.settle(ledger.add(20, 3), tally(3, 0));
    expect(ledger.safeWatermark).toMatchObject({ position: 10, duplicatesAtMost: 3, records: { read: 6 } });
  });

  it('does not wait longer than it may for the store, and says what is safe until then', async () => {
    const store = memoryStore();
    let flush = () => {};
    const flushed = new Promise<void>((resolve) => {
      flush = resolve;
    });
    let waits = false;
    const slow = { ...store, flush: () => (waits ? flushed : store.flush()) };
    const ledger = new Ledger(START, slow);
    ledger.settle(ledger.add(10, 5), tally(5, 0));
    expect(await ledger.secure(60_000)).toMatchObject({ watermark: { position: 10 }, covered: 5 });
    waits = true;
    ledger.settle(ledger.add(20, 3), tally(3, 1), [record(1)]);
    expect(await ledger.secure(1)).toMatchObject({
      watermark: { position: 10, duplicatesAtMost: 3, records: { dirty: 0 } },
      covered: 5,
    });
    flush();
    expect(await ledger.secure(60_000)).toMatchObject({
      watermark: { position: 20, duplicatesAtMost: 0, records: { dirty: 1 } },
      covered: 8,
    });
  });

  it('stays at what is safe when the store fails', async () => {
    const failing = { ...memoryStore(), flush: () => Promise.reject(new Error('full')) };
    const ledger = new Ledger(START, failing);
    ledger.settle(ledger.add(10, 5), tally(5, 1), [record(1)]);
    await expect(ledger.secure()).rejects.toThrow('full');
    expect(ledger.safeWatermark).toMatchObject({ position: 0, records: { dirty: 0 } });
  });

  describe('what an attempt before may have stored', () => {
    const DOUBTED: Watermark = { ...START, duplicatesAtMost: 10, doubted: 10 };

    it('stays counted until the watermark has passed it, as it was asked for then', () => {
      const ledger = new Ledger(DOUBTED, NO_STORE, true);
      const stretches = [4, 4, 4].map((messages, index) => ledger.add(index + 1, messages));
      expect(stretches.map(({ doubted }) => doubted)).toEqual([4, 4, 2]);
      ledger.settle(stretches[1], tally(4, 0));
      expect(ledger.watermark).toMatchObject({ duplicatesAtMost: 10, doubted: 10 });
      ledger.settle(stretches[0], tally(4, 0));
      expect(ledger.watermark).toMatchObject({ position: 2, duplicatesAtMost: 2, doubted: 2 });
      ledger.settle(stretches[2], tally(4, 0));
      expect(ledger.watermark.duplicatesAtMost).toBe(0);
      expect(ledger.watermark).not.toHaveProperty('doubted');
    });

    it('is none beyond the end of the partition', () => {
      const ledger = new Ledger(DOUBTED, NO_STORE, true);
      ledger.settle(ledger.add(1, 3), tally(3, 0));
      ledger.finish();
      expect(ledger.watermark.duplicatesAtMost).toBe(0);
      expect(ledger.watermark).not.toHaveProperty('doubted');
    });

    it('stays counted for good where nobody can be asked, or not any more', () => {
      const never = new Ledger(DOUBTED, NO_STORE);
      const noMore = new Ledger(DOUBTED, NO_STORE, true);
      const stretch = noMore.add(1, 3);
      noMore.stayInDoubt('why');
      for (const [ledger, open] of [
        [never, never.add(1, 3)],
        [noMore, stretch],
      ] as const) {
        ledger.settle(open, tally(3, 0));
        ledger.finish();
        expect(ledger.watermark.duplicatesAtMost).toBe(10);
        expect(ledger.watermark).not.toHaveProperty('doubted');
      }
      expect(noMore.watermark.warnings).toEqual(['why']);
    });

    it('is added to by what is acknowledged beyond the watermark, or got no answer, when work ends early', () => {
      const ledger = new Ledger(DOUBTED, NO_STORE, true);
      const [first, , third, fourth] = [6, 6, 6, 6].map((messages, index) => ledger.add(index + 1, messages));
      ledger.settle(first, tally(6, 0));
      ledger.settle(third, tally(6, 0));
      fourth.isLeft = false;
      ledger.leave();
      // Of the second nothing is known, and it lies before the third.
      expect(ledger.watermark).toMatchObject({ position: 1, doubted: 12, duplicatesAtMost: 12 });
    });

    it('leaves nothing behind where all that was sent is before the watermark', () => {
      const ledger = new Ledger(START, NO_STORE, true);
      ledger.settle(ledger.add(1, 6), tally(6, 0));
      ledger.add(2, 6);
      ledger.leave();
      expect(ledger.watermark).toMatchObject({ position: 1, duplicatesAtMost: 0 });
      expect(ledger.watermark).not.toHaveProperty('doubted');
    });
  });

  it('counts what got no answer as well, where it was left while brokers could still be asked', () => {
    const ledger = new Ledger(START, NO_STORE, true);
    ledger.add(1, 6).isLeft = true;
    ledger.stayInDoubt('why');
    ledger.leave();
    expect(ledger.watermark).toMatchObject({ position: 0, duplicatesAtMost: 6 });
  });

  it('counts what was acknowledged beyond the watermark as sent again where nobody can be asked', () => {
    const ledger = new Ledger(START, NO_STORE);
    const [, second] = [5, 7].map((messages, index) => ledger.add(index + 1, messages));
    ledger.settle(second, tally(7, 0));
    ledger.leave();
    expect(ledger.watermark).toMatchObject({ position: 0, duplicatesAtMost: 7 });
  });
});
