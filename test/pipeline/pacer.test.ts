import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer } from '../../src/pipeline/pacer.js';

const never = new AbortController().signal;

/** Time goes on only where somebody waits, and then a little more than asked for: a rate becomes a matter of arithmetic. */
class Simulation {
  time = 1000;
  now = () => this.time;
  wait = async (ms: number, signal: AbortSignal) => {
    this.time += Math.ceil(ms) + 1;
    this.onWait();
    return !signal.aborted;
  };
  onWait = () => {};
}

/** Sends requests of `size` for `seconds`; the moments at which each went, in milliseconds. */
async function send(pacer: Pacer, clock: Simulation, size: () => number, seconds: number, bytesEach = 1) {
  const sent: { at: number; records: number }[] = [];
  const end = clock.time + seconds * 1000;
  while (clock.time < end) {
    const records = size();
    await pacer.take(records, records * bytesEach, never);
    sent.push({ at: clock.time, records });
  }
  return sent;
}

function mostInTenSeconds(sent: readonly { at: number; records: number }[]): number {
  return Math.max(
    ...sent.map(({ at: start }) =>
      sent
        .filter(({ at }) => at >= start && at < start + 10_000)
        .reduce((sum, { records }) => sum + records, 0),
    ),
  );
}

describe('Pacer', () => {
  it('lets all pass without a rate', async () => {
    const pacer = new Pacer();
    expect(pacer.maxRecords).toBe(Number.POSITIVE_INFINITY);
    expect(await pacer.take(1e9, 1e12, never)).toBe(true);
  });

  it.each([25, 100, 3_333, 50_000])(
    'keeps to %i records a second, from below and from above',
    async (rate) => {
      const clock = new Simulation();
      const pacer = new Pacer({ records: rate }, clock);
      const sent = await send(pacer, clock, () => Math.min(500, pacer.maxRecords), 20);
      const total = sent.reduce((sum, { records }) => sum + records, 0);
      expect(total).toBeGreaterThanOrEqual(rate * 20 * 0.95);
      expect(mostInTenSeconds(sent)).toBeLessThanOrEqual(rate * 10 * 1.05);
    },
  );

  it('keeps to the tighter of records and bytes', async () => {
    const clock = new Simulation();
    const pacer = new Pacer({ records: 1000, bytes: 20_000 }, clock);
    const sent = await send(pacer, clock, () => 10, 20, 100);
    const bytes = sent.reduce((sum, { records }) => sum + records * 100, 0);
    expect(bytes).toBeGreaterThanOrEqual(20_000 * 20 * 0.95);
    expect(bytes).toBeLessThanOrEqual(20_000 * 20 * 1.05);
  });

  it('makes up for what was not used, but for no more than a burst', async () => {
    const clock = new Simulation();
    const pacer = new Pacer({ records: 100 }, clock);
    await send(pacer, clock, () => 1, 1);
    clock.time += 60_000;
    const sent = await send(pacer, clock, () => 1, 10);
    expect(mostInTenSeconds(sent)).toBeLessThanOrEqual(1050);
    expect(mostInTenSeconds(sent)).toBeGreaterThan(1000);
  });

  it('follows a change at once, also while somebody waits', async () => {
    const clock = new Simulation();
    const pacer = new Pacer({ records: 1 }, clock);
    const changeAt = clock.time + 1000;
    clock.onWait = () => {
      if (clock.time >= changeAt) pacer.setRate({ records: 1000 });
    };
    await pacer.take(100, 0, never);
    expect(clock.time).toBeGreaterThanOrEqual(changeAt);
    expect(clock.time).toBeLessThan(changeAt + 500);
    pacer.setRate({});
    expect(await pacer.take(1e9, 1e9, never)).toBe(true);
  });

  it('keeps to the rate with one partition after another, however small they are', async () => {
    const clock = new Simulation();
    const sent: { at: number; records: number }[] = [];
    while (clock.time < 20_000) {
      const pacer = new Pacer({ records: 250 }, clock);
      for (let left = 75; left > 0; left -= 25) {
        await pacer.take(25, 0, never);
        sent.push({ at: clock.time, records: 25 });
      }
    }
    expect(mostInTenSeconds(sent)).toBeLessThanOrEqual(2_500 * 1.05);
  });

  it('lets a message pass that takes more than a burst, in its time', async () => {
    const clock = new Simulation();
    const pacer = new Pacer({ bytes: 1000 }, clock);
    const before = clock.time;
    for (let n = 0; n < 3; n++) await pacer.take(1, 5000, never);
    expect(clock.time - before).toBeGreaterThanOrEqual(15_000);
    expect(clock.time - before).toBeLessThan(16_000);
  });

  it('gives up at a signal', async () => {
    const pacer = new Pacer({ records: 0.001 });
    const stop = new AbortController();
    const waiting = pacer.take(1, 0, stop.signal);
    stop.abort();
    expect(await waiting).toBe(false);
  });

  it('makes requests that fit, whatever the rate', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e7, noNaN: true }), (records) => {
        const { maxRecords, maxBytes } = new Pacer({ records });
        expect(maxRecords).toBeGreaterThanOrEqual(1);
        expect(maxRecords).toBeLessThanOrEqual(Math.max(1, records / 10));
        expect(maxBytes).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });
});
