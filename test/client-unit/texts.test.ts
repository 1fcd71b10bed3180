import { expect, test } from 'vitest';
import { duration, number, plural, size, table } from '../../src/cli/format.js';
import { fractionDone, progressLine } from '../../src/cli/progress-text.js';
import { reportText } from '../../src/cli/report-text.js';
import type { PendingActivity } from '../../src/client/activities.js';
import type { RunProgress } from '../../src/client/progress.js';
import { NOTHING, type Report } from '../../src/job/report.js';

test.each([
  [number(1234567), '1,234,567'],
  [plural(1, 'retry', 'retries'), '1 retry'],
  [plural(2, 'retry', 'retries'), '2 retries'],
  [size(0), '0 B'],
  [size(1023), '1023 B'],
  [size(1536), '1.5 KiB'],
  [size(64 * 1024 ** 2), '64.0 MiB'],
  [duration(850), '850 ms'],
  [duration(12_345), '12.3 s'],
  [duration(302_000), '5 min 2 s'],
  [duration(12_000_000), '3 h 20 min'],
  [
    table([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
    'a    bb\nccc  d',
  ],
])('%s', (text, expected) => expect(text).toBe(expected));

const records = (read: number) => ({ read, written: read, dirty: 0, filtered: 0 });

function writing(read: number, waitingFor?: string): PendingActivity {
  return {
    id: '1',
    type: 'writeBatch',
    state: 'started',
    attempt: 1,
    heartbeat: {
      partition: 1,
      input: 'a.csv',
      sourceBytes: 0,
      ahead: 0,
      watermark: { ...NOTHING, records: records(read), position: read, done: false },
      ...(waitingFor !== undefined && {
        waitingFor: { code: 'busy', fault: 'world', message: waitingFor, mend: 'Wait.' },
      }),
    },
  };
}

const progress = (change: Partial<RunProgress>): RunProgress => ({
  ...NOTHING,
  state: 'running',
  phase: 'writing',
  answered: true,
  activities: [],
  partitions: { done: 1, running: 1, known: 4, listed: true },
  underWay: [],
  writtenBefore: 0,
  sourceBytes: { done: 1000, total: 4000 },
  ...change,
});

test('a line of progress tells phase, counts and what is waited for', () => {
  const now = progress({
    records: { ...records(15_000), dirty: 3 },
    activities: [writing(5_000, 'The broker is busy.'), writing(2_000, 'The broker is busy.')],
  });
  expect(progressLine(now, 5_012)).toBe(
    'writing: 15,000 records, 5,012/s, 3 dirty, 1 of 4 partitions, waiting: The broker is busy.',
  );
  expect(progressLine(progress({ answered: false }), 0)).toMatch(/^no answer from a worker: /);
});

test('the part that is done counts the bytes behind, and is never more than all', () => {
  expect(fractionDone(progress({ sourceBytes: { done: 1500, total: 4000 } }))).toBe(1500 / 4000);
  expect(fractionDone(progress({ sourceBytes: { done: 0, total: 0 } }))).toBe(0);
  expect(fractionDone(progress({ sourceBytes: { done: 5000, total: 4000 } }))).toBe(1);
});

test('a report names what a person wants to know', () => {
  const report: Report = {
    job: 'orders',
    runId: 'r',
    state: 'failed',
    records: { read: 1000, written: 995, dirty: 5, filtered: 0 },
    messages: 995,
    bytes: 2048,
    durationMs: 2000,
    rate: 498,
    retries: 1,
    duplicatesAtMost: 7,
    partitions: 2,
    warnings: ['a.csv is empty'],
    error: { code: 'error_limit', fault: 'user', message: 'Too many dirty records.', mend: 'Mend them.' },
    inputs: Array.from({ length: 25 }, (_, i) => ({ name: `in-${i}.csv`, ...records(40) })),
  };
  const text = reportText(report);
  for (const part of [
    'orders: failed after 2.0 s',
    'orders/r',
    '1,000 read = 995 written + 5 dirty + 0 filtered',
    '995, 2.0 KiB',
    '1 request',
    '7 messages at most',
    'in-19.csv',
    '(5 more: --json)',
    'a.csv is empty',
    'error (error_limit)\n  Too many dirty records.\n  Mend them.',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('in-20.csv');
});
