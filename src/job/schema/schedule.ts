import { z } from 'zod';
import { timezone } from './timezone.js';
import { duration } from './units.js';

/** What Temporal would take from the expression, and macros would not know of. */
const cron = z
  .string()
  .trim()
  .min(1)
  .refine((text) => !/^\s*(?:CRON_)?TZ=/.test(text), {
    error: 'a cron expression without a time zone in it: that is schedule.timezone',
  })
  .refine((text) => !text.includes('#'), { error: 'a cron expression without a comment (#)' });

/** Temporal looks for a time zone in just these letters, and knows no mere offsets. */
const ZONE = /^(?!.*[A-Z]{5})[A-Z][^/]*(?:\/[A-Z][^/]*)*$/;

export const schedule = z
  .strictObject({
    cron: z
      .union([cron, z.array(cron).min(1)], {
        error: 'a cron expression such as "0 2 * * *", or a list of them',
      })
      .describe(
        'When the job runs: minute, hour, day of the month, month, day of the week; or a list of such.',
      )
      .meta({ examples: ['0 2 * * *'] }),
    timezone: timezone()
      .refine((name) => ZONE.test(name), {
        error: 'the name of a time zone in its own letter case, such as UTC or Asia/Shanghai',
      })
      .default('UTC')
      .describe('Time zone of cron, and of the macros in paths and constants.')
      .meta({ examples: ['Asia/Shanghai'] }),
    overlap: z
      .enum(['skip', 'bufferOne', 'bufferAll', 'cancelOther'], {
        error: 'skip, bufferOne, bufferAll or cancelOther (running two at once is refused)',
      })
      .default('skip')
      .describe(
        'What happens when a run is due while the one before it goes on. skip: it is left out. bufferOne, bufferAll: it waits, ' +
          'the next one or all. cancelOther: the one before is drained and cancelled. Two runs of a job at once there never are.',
      )
      .meta({ examples: ['bufferOne'] }),
    catchUp: duration()
      .prefault('1h')
      .refine((ms) => ms >= 10_000, { error: 'a duration of 10s or more' })
      .describe('How late a run may start that was due while Temporal was down; older ones are left out.')
      .meta({ examples: ['6h'] }),
    jitter: duration()
      .prefault('0s')
      .describe('Runs start up to so much later, by chance, so that not all jobs start at once.')
      .meta({ examples: ['5m'] }),
    pauseOnFailure: z
      .boolean()
      .default(false)
      .describe('Whether the schedule is paused after a run that failed.')
      .meta({ examples: [true] }),
  })
  .describe('When the job runs by itself, once `rocketlift schedule create` has been told of it.');

export type Schedule = z.output<typeof schedule>;
