import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RemotingError } from '../../../src/rocketmq/nameserver/remoting-error.js';
import { Unanswered } from '../../../src/rocketmq/nameserver/unanswered.js';

const TIMEOUT_MS = 10_000;
const late = () => new RemotingError('timeout', 'late');

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Requests on their way, and what became of them. */
function asked(...opaques: number[]) {
  const requests = new Unanswered<object>(TIMEOUT_MS);
  const ends = new Map<number, string>();
  for (const opaque of opaques) {
    requests.add(opaque).then(
      () => ends.set(opaque, 'answered'),
      ({ message }: Error) => ends.set(opaque, message),
    );
  }
  return {
    requests,
    /** Whether the connection is dead some milliseconds later, and how requests have ended until then. */
    async later(ms: number) {
      await vi.advanceTimersByTimeAsync(ms);
      const isDead = requests.rejectOverdue(late);
      await vi.advanceTimersByTimeAsync(0);
      return { isDead, ends: Object.fromEntries(ends) };
    },
  };
}

describe('requests without an answer', () => {
  it('are given up with their connection when nothing moves, whether they have left or not', async () => {
    for (const hasLeft of [true, false]) {
      const { requests, later } = asked(1);
      if (hasLeft) requests.leaving()();
      expect(await later(TIMEOUT_MS - 1)).toEqual({ isDead: false, ends: {} });
      expect(await later(1)).toEqual({ isDead: true, ends: { 1: 'late' } });
    }
  });

  it('wait in a long queue as long as that gets on', async () => {
    const { requests, later } = asked(1);
    const first = requests.leaving();
    void requests.add(2).catch(() => {});
    const second = requests.leaving();
    expect(await later(TIMEOUT_MS - 1)).toMatchObject({ isDead: false });
    first();
    expect(await later(TIMEOUT_MS - 1)).toMatchObject({ isDead: false });
    second();
    requests.settle(1, {});
    expect(await later(TIMEOUT_MS - 1)).toEqual({ isDead: false, ends: { 1: 'answered' } });
  });

  it('are given up by themselves when others are answered, after a longer time', async () => {
    const { requests, later } = asked(1);
    requests.leaving()();
    for (let time = 1; time < 3; time++) {
      expect(await later(TIMEOUT_MS - 1)).toEqual({ isDead: false, ends: {} });
      requests.heard();
    }
    expect(await later(TIMEOUT_MS)).toEqual({ isDead: false, ends: { 1: 'late' } });
  });
});
