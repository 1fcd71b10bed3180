import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WriteHeartbeat } from '../../src/job/heartbeat.js';
import { NOTHING } from '../../src/job/report.js';
import { Recorder } from '../../src/pipeline/recorder.js';

const never = new AbortController().signal;

afterEach(() => {
  vi.useRealTimers();
});

/** A recorder over a sender whose acknowledgements trail what it was permitted, and a server that keeps heartbeats. */
function simulation(window: number, fails: (call: number) => boolean = () => false) {
  const server: WriteHeartbeat[] = [];
  const sim = { sent: 0, covered: 0, calls: 0, troubles: 0, server };
  const recorder = new Recorder({
    record: async (heartbeat) => {
      if (fails(sim.calls++)) throw new Error('not reached');
      await new Promise((resolve) => setImmediate(resolve));
      server.push(heartbeat);
    },
    secure: async () => ({
      progress: {
        partition: 0,
        input: 'x',
        sourceBytes: 0,
        watermark: { ...NOTHING, position: sim.covered, done: false },
      },
      covered: sim.covered,
    }),
    window,
    intervalMs: 1,
    onTrouble: () => {
      sim.troubles++;
    },
  });
  return { sim, recorder };
}

/** What a crash now would repeat at most by the promise, and in truth, with the heartbeat `back` before the last. */
function afterCrash({ sent, server }: { sent: number; server: WriteHeartbeat[] }, back: number) {
  const last = server.at(-1 - back);
  return last && { repeated: sent - Number(last.watermark.position), promised: last.ahead };
}

describe('Recorder', () => {
  it('never lets more be sent beyond either of the last two heartbeats than they say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.array(
          fc.record({
            messages: fc.integer({ min: 1, max: 10 }),
            acknowledged: fc.nat(10),
            splits: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 2 }),
          }),
          { maxLength: 60 },
        ),
        fc.nat(5),
        async (window, steps, everyNthFails) => {
          const { sim, recorder } = simulation(
            Math.max(window, 20),
            (call) => everyNthFails > 1 && call % everyNthFails === 0,
          );
          const send = (messages: number) => {
            sim.sent += messages;
            for (const back of [0, 1]) {
              const crash = afterCrash(sim, back);
              if (crash) expect(crash.repeated).toBeLessThanOrEqual(crash.promised);
            }
            // Nothing may be sent before a first heartbeat stands.
            expect(sim.server.length).toBeGreaterThan(0);
          };
          for (const { messages, acknowledged, splits } of steps) {
            sim.covered = Math.min(sim.sent, sim.covered + acknowledged);
            // What is under way is always acknowledged some day; without it nothing could go on.
            if (sim.sent - sim.covered + messages > Math.max(window, 20)) sim.covered = sim.sent;
            // Splits are of what was sent before, and at the same time as what is sent next.
            const permit = recorder.permit(messages, never).then(() => send(messages));
            await Promise.all(
              splits.map(async (more) => {
                await recorder.permitSplits(more, never);
                send(more);
              }),
            );
            if (splits.length > 0) sim.covered = sim.sent;
            await permit;
          }
          await recorder.stop();
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lets a request pass that is larger than the window when nothing is under way', async () => {
    const { recorder } = simulation(5);
    expect(await recorder.permit(50, never)).toBe(true);
    await recorder.stop();
  });

  it('ends waiting when it is stopped while the server can not be reached', async () => {
    const { sim, recorder } = simulation(10, (call) => call > 0);
    const stop = new AbortController();
    expect(await recorder.permit(10, never)).toBe(true);
    const waiting = recorder.permit(10, stop.signal);
    while (sim.troubles === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await waiting).toBe(false);
    await recorder.stop();
  });

  it('lets a split pass although the window is full, once two heartbeats say so', async () => {
    const { sim, recorder } = simulation(5);
    expect(await recorder.permit(5, never)).toBe(true);
    expect(await recorder.permitSplits(1, never)).toBe(true);
    expect(await recorder.permitSplits(4, never)).toBe(true);
    expect(sim.server.slice(-4).map(({ ahead }) => ahead)).toEqual([12, 12, 20, 20]);
    // The watermark has passed all of it: the next heartbeat says the window again.
    sim.covered = 10;
    expect(await recorder.permit(3, never)).toBe(true);
    await recorder.stop();
    expect(sim.server.at(-1)?.ahead).toBe(10);
  });

  it('lets a split pass while a permit waits for the watermark that hangs behind it', async () => {
    const { sim, recorder } = simulation(5);
    expect(await recorder.permit(5, never)).toBe(true);
    let permitted = false;
    const waiting = recorder.permit(5, never).then((answer) => {
      permitted = answer;
    });
    expect(await recorder.permitSplits(3, never)).toBe(true);
    expect(sim.server.slice(-2).map(({ ahead }) => ahead)).toEqual([16, 16]);
    expect(permitted).toBe(false);
    sim.covered = 8;
    await waiting;
    expect(permitted).toBe(true);
    await recorder.stop();
  });

  it('asks the server first whether the attempt still is the one, when its process may have stood still', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    let isGone = false;
    const { sim, recorder } = simulation(10, () => isGone);
    expect(await recorder.permit(1, never)).toBe(true);
    vi.advanceTimersByTime(7_000);
    expect(await recorder.permit(1, never)).toBe(true);
    expect(sim.server).toHaveLength(1);
    isGone = true;
    vi.advanceTimersByTime(60_000);
    const stop = new AbortController();
    const permitted = recorder.permit(1, stop.signal);
    while (sim.troubles === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await permitted).toBe(false);
    await recorder.stop();
  });

  it('tells whether it still is the one, however far the watermark hangs behind', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    let isGone = false;
    const { sim, recorder } = simulation(10, () => isGone);
    expect(await recorder.permit(10, never)).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(await recorder.fresh(never)).toBe(true);
    expect(sim.server.length).toBeGreaterThan(1);
    // What was permitted is still sent after a stop.
    expect(await recorder.fresh(AbortSignal.abort())).toBe(true);
    isGone = true;
    vi.advanceTimersByTime(60_000);
    const stop = new AbortController();
    const fresh = recorder.fresh(stop.signal);
    while (sim.troubles === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await fresh).toBe(false);
    await recorder.stop();
  });

  it('heartbeats also when nothing is sent', async () => {
    const { sim, recorder } = simulation(10);
    recorder.start();
    while (sim.server.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await recorder.stop();
    expect(sim.server[0]).toMatchObject({ partition: 0, ahead: 20 });
  });
});
