import type { Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { startingPoint } from '../../src/activities/hand-over.js';
import type { WriteInput } from '../../src/activities/types.js';
import type { WriteHeartbeat } from '../../src/job/heartbeat.js';
import { NOTHING, type Watermark } from '../../src/job/report.js';
import { jobSchema } from '../../src/job/schema/job.js';

const WAYS = {
  proxy: { endpoints: '127.0.0.1:8081' },
  nameserver: { namesrvAddr: '127.0.0.1:9876', transport: 'nameserver' },
};

const at = (position: number, more: Partial<Watermark> = {}): Watermark => ({
  ...NOTHING,
  position,
  done: false,
  ...more,
});

/** Where an attempt begins after one whose last heartbeat says so. */
function beginsAfter(way: keyof typeof WAYS, watermark: Watermark, ahead: number): Watermark {
  const job = jobSchema.parse({
    name: 'x',
    source: { type: 'csv', path: 'x.csv' },
    sink: { topic: 't', ...WAYS[way] },
  });
  const heartbeatDetails: Omit<WriteHeartbeat, 'partition' | 'input' | 'sourceBytes'> = { watermark, ahead };
  return startingPoint(
    { job, partition: { start: 0 } } as unknown as WriteInput,
    { info: { heartbeatDetails } } as unknown as Context,
  );
}

describe('where an attempt begins', () => {
  it('is in doubt about what a crash may have sent, where brokers can be asked', () => {
    expect(beginsAfter('nameserver', at(5), 16)).toEqual(at(5, { doubted: 16, duplicatesAtMost: 16 }));
  });

  it('counts each crash anew where they can not', () => {
    const first = beginsAfter('proxy', at(5), 16);
    expect(first).toEqual(at(5, { duplicatesAtMost: 16 }));
    expect(beginsAfter('proxy', first, 16)).toEqual(at(5, { duplicatesAtMost: 32 }));
  });

  it('is in no doubt about messages that would not be known again: they stay counted', () => {
    const begins = beginsAfter('nameserver', at(5, { cutOtherwise: true }), 16);
    expect(begins).toEqual(at(5, { duplicatesAtMost: 16, warnings: [expect.stringContaining('twice')] }));
    // Nothing is in doubt after an orderly end.
    expect(beginsAfter('nameserver', at(5, { cutOtherwise: true }), 0)).toEqual(at(5));
  });

  it('is not the end while its sample has not been found again', () => {
    const sample = { random: [], seen: 0 } as never;
    expect(beginsAfter('nameserver', at(9, { done: true }), 16)).toEqual(at(9, { done: true }));
    expect(beginsAfter('nameserver', at(9, { done: true, sample }), 16)).toEqual(at(9, { sample }));
  });
});
