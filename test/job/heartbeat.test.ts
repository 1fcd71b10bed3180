import { describe, expect, it } from 'vitest';
import { afterCrash, isWriteHeartbeat } from '../../src/job/heartbeat.js';
import { NOTHING } from '../../src/job/report.js';

const heartbeat = (ahead: number, duplicatesAtMost: number, doubted?: number) => ({
  partition: 0,
  input: 'a',
  sourceBytes: 0,
  ahead,
  watermark: { ...NOTHING, position: 7, done: false, duplicatesAtMost, ...(doubted && { doubted }) },
});

describe('after a crash', () => {
  it.each([
    ['nothing more may be stored than the heartbeat says, if it was the last', [0, 3], [3, undefined]],
    ['all that may have been sent beyond it may be stored', [100, 3], [103, 100]],
    ['what the attempt was in doubt about itself counts once', [100, 43, 40], [103, 100]],
    ['and stays, where it reaches further', [100, 203, 200], [203, 200]],
  ] as const)('%s', (_, [ahead, duplicates, doubted], [duplicatesAtMost, doubtedThen]) => {
    const watermark = afterCrash(heartbeat(ahead, duplicates, doubted));
    expect(watermark.duplicatesAtMost).toBe(duplicatesAtMost);
    expect(watermark.doubted).toBe(doubtedThen);
  });
});

describe('what is told as a heartbeat', () => {
  it('is one where everything that a run goes on from is there', () => {
    expect(isWriteHeartbeat(heartbeat(100, 3))).toBe(true);
    expect(isWriteHeartbeat(heartbeat(0, 0, 5))).toBe(true);
  });

  it.each([
    null,
    undefined,
    'heartbeat',
    {},
    { ...heartbeat(1, 1), partition: '0' },
    { ...heartbeat(1, 1), ahead: Number.NaN },
    { ...heartbeat(1, 1), watermark: null },
    { ...heartbeat(1, 1), watermark: { ...heartbeat(1, 1).watermark, records: { read: 1 } } },
    { ...heartbeat(1, 1), watermark: { ...heartbeat(1, 1).watermark, position: undefined } },
  ])('is not: %j', (value) => {
    expect(isWriteHeartbeat(value)).toBe(false);
  });
});
