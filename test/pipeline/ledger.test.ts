import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTHING, type Tally } from '../../src/job/report.js';
import { Ledger } from '../../src/pipeline/ledger.js';

const START = { ...NOTHING, position: 0, done: false };

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
  it('covers exactly the settled stretches before the first gap, in whatever order they are settled', () => {
    fc.assert(
      fc.property(
        stretches.chain((all) =>
          fc.record({ all: fc.constant(all), order: fc.shuffledSubarray(all.map((_, index) => index)) }),
        ),
        ({ all, order }) => {
          const ledger = new Ledger(START);
          const added = all.map(({ written }, index) => ledger.add(index + 1, written));
          const settled = new Set<number>();
          for (const index of order) {
            ledger.settle(added[index], tally(all[index].written, all[index].dirty));
            settled.add(index);
            let gap = 0;
            while (settled.has(gap)) gap++;
            const passed = all.slice(0, gap);
            const beyond = all.filter((_, at) => at > gap && settled.has(at));
            expect(ledger.watermark.position).toBe(gap);
            expect(ledger.watermark.records.written).toBe(
              passed.reduce((sum, { written }) => sum + written, 0),
            );
            expect(ledger.watermark.records.dirty).toBe(passed.reduce((sum, { dirty }) => sum + dirty, 0));
            expect(ledger.covered).toBe(passed.reduce((sum, { written }) => sum + written, 0));
            expect(ledger.acknowledgedBeyond).toBe(beyond.reduce((sum, { written }) => sum + written, 0));
          }
        },
      ),
    );
  });

  it('goes on from what was counted before', () => {
    const ledger = new Ledger({ ...tally(7, 1), position: 70, done: false });
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
    const ledger = new Ledger(START);
    const stretch = ledger.add(1, 1);
    expect(() => ledger.finish()).toThrow('not settled');
    ledger.settle(stretch, tally(1, 0));
    ledger.finish();
    expect(ledger.watermark.done).toBe(true);
  });
});
