import type { ScheduleDescription } from '@temporalio/client';
import { expect, it } from 'vitest';
import { listing } from '../../src/client/schedules/list.js';

const NOW = Date.parse('2026-01-02T03:00:00Z');
const MINUTE_MS = 60_000;

const described = (paused: boolean): ScheduleDescription =>
  ({
    scheduleId: 'orders',
    state: { paused },
    info: { nextActionTimes: [-2, -1, 1, 2, 3, 4].map((minutes) => new Date(NOW + minutes * MINUTE_MS)) },
  }) as unknown as ScheduleDescription;

it('tells no times of a paused schedule that have passed', () => {
  expect(listing(described(true), NOW).next).toEqual([
    '2026-01-02T03:01:00.000Z',
    '2026-01-02T03:02:00.000Z',
    '2026-01-02T03:03:00.000Z',
  ]);
});

it('tells what is due of an active one as the server does', () => {
  expect(listing(described(false), NOW).next[0]).toBe('2026-01-02T02:58:00.000Z');
});
