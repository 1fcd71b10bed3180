import { describe, expect, it } from 'vitest';
import { joinSamples, picksOf, type Sample } from '../../src/job/sample.js';
import { Draft } from '../../src/pipeline/draft.js';
import { Sampler } from '../../src/pipeline/sampler.js';
import { numberedBatch } from './support.js';

/** Numbers that look random, the same each time (Lehmer's generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Drafts of messages that are numbered through. */
function drafts(lengths: readonly number[]): Draft[] {
  let from = 0;
  return lengths.map((length) => {
    const bodies = Array.from({ length }, (_, i) => `body ${from + i}`);
    const batch = numberedBatch(from, bodies);
    from += length;
    const draft = new Draft(0);
    for (const [i, body] of bodies.entries()) {
      const bytes = Buffer.from(body);
      draft.addMessage({ bytes, bodyBytes: bytes.length, propertyBytes: 0 }, batch, i);
    }
    return draft;
  });
}

const sampler = (size: number, random?: () => number) =>
  new Sampler({
    size,
    ...(random && { random }),
    remake: ([{ batch, index }]) => ({ id: batch.id(index), body: batch.raw(index) }),
  });

function sampleOf(size: number, lengths: readonly number[], random?: () => number): Sample {
  const own = sampler(size, random);
  let sample: Sample | undefined;
  for (const draft of drafts(lengths)) sample = joinSamples(sample, own.pick(draft, new Set(), sample));
  if (!sample) throw new Error('no drafts');
  return sample;
}

describe('a sample of a partition', () => {
  it('has the first message, the last one, and so many others', () => {
    const sample = sampleOf(5, [1, 40, 3, 500, 7]);
    expect(sample.first?.id).toBe('id-0');
    expect(sample.last?.id).toBe('id-550');
    expect(new Set(sample.random.map(({ id }) => id)).size).toBe(5);
    expect(picksOf(sample).length).toBeGreaterThanOrEqual(5);
  });

  it('is all there is where that is less', () => {
    expect(
      picksOf(sampleOf(10, [2, 1]))
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['id-0', 'id-1', 'id-2']);
  });

  it('picks each message as often as any other, however they come', () => {
    const random = seeded(42);
    const times = new Map<string, number>();
    const rounds = 4000;
    for (let round = 0; round < rounds; round++) {
      for (const { id } of sampleOf(5, [7, 1, 30, 12], random).random)
        times.set(id, (times.get(id) ?? 0) + 1);
    }
    // 4000 × 5 / 50 = 400 each, with a deviation of 19.
    expect(times.size).toBe(50);
    expect(Math.min(...times.values())).toBeGreaterThan(400 - 5 * 19);
    expect(Math.max(...times.values())).toBeLessThan(400 + 5 * 19);
  });

  it('has none that the broker did not take as it was', () => {
    const [draft] = drafts([6]);
    const sample = sampler(10).pick(draft, new Set([0, 2, 5]), undefined);
    expect(sample.first?.id).toBe('id-1');
    expect(sample.last?.id).toBe('id-4');
    expect(
      picksOf(sample)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['id-1', 'id-3', 'id-4']);
    expect(picksOf(sampler(10).pick(draft, new Set([0, 1, 2, 3, 4, 5]), undefined))).toEqual([]);
  });

  it('goes on with one that an earlier attempt left, from its JSON', () => {
    const before = JSON.parse(JSON.stringify(sampleOf(3, [100]))) as Sample;
    const [, draft] = drafts([100, 100]);
    const after = joinSamples(before, sampler(3, () => 0.999).pick(draft, new Set(), before));
    expect(after.first?.id).toBe('id-0');
    expect(after.last?.id).toBe('id-199');
  });
});
