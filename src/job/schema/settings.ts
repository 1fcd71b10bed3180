import { z } from 'zod';
import { byteRate, duration, recordRate, size } from './units.js';

const MIB = 1024 * 1024;

const rate = z
  .strictObject({
    records: recordRate()
      .optional()
      .describe('Records sent a second; batches shrink to fit.')
      .meta({ examples: ['50000/s'] }),
    bytes: byteRate()
      .optional()
      .describe('Bytes of message bodies sent a second.')
      .meta({ examples: ['20 MiB/s'] }),
  })
  .refine(({ records, bytes }) => records !== undefined || bytes !== undefined, {
    error: 'records, bytes or both, such as { records: 50000/s }',
  });

export const settings = z.strictObject({
  parallelism: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe('Partitions written at once, over all workers; one process of a worker writes at most 32.')
    .meta({ examples: [2] }),
  partitionSize: size()
    .prefault('64 MiB')
    .refine((bytes) => bytes >= 1024, { error: 'a size of 1 KiB or more' })
    .describe('Bytes of a plain file that make one partition, about; 1 KiB or more.')
    .meta({ examples: ['16 MiB'] }),
  rate: rate
    .optional()
    .describe(
      'How fast the job may write, over all its partitions and workers. No limit unless given. ' +
        '`rocketlift tune` changes it while the job runs.',
    ),
  batch: z
    .strictObject({
      records: z
        .number()
        .int()
        .min(1)
        .max(10_000)
        .default(500)
        .describe('Messages in one request, at most.')
        .meta({ examples: [100] }),
      bytes: size()
        .prefault('1 MiB')
        .refine((bytes) => bytes >= 1024 && bytes <= 3.5 * MIB, {
          error: 'a size from 1 KiB to 3.5 MiB (RocketMQ takes 4 MiB, encoded)',
        })
        .describe(
          'Encoded bytes in one request, at most, from 1 KiB to 3.5 MiB; a single larger message goes alone.',
        )
        .meta({ examples: ['256 KiB'] }),
      inFlight: z
        .number()
        .int()
        .min(1)
        .max(64)
        .default(8)
        .describe('Requests a partition has under way, at most.')
        .meta({ examples: [4] }),
    })
    .prefault({})
    .describe('Messages sent in one request.'),
  connectTimeout: duration()
    .refine((ms) => ms >= 1000 && ms <= 3_600_000, { error: 'a duration from 1s to 1h' })
    .prefault('30s')
    .describe('How long a check waits for servers.')
    .meta({ examples: ['10s'] }),
  retryFor: duration()
    .prefault('24h')
    .describe(
      "How long the world's faults (busy, timeouts, connections lost) are tried again before the run fails.",
    )
    .meta({ examples: ['2h'] }),
  errorLimit: z
    .strictObject({
      records: z
        .number()
        .int()
        .min(0)
        .default(100)
        .describe('Dirty records a run may have.')
        .meta({ examples: [10] }),
      ratio: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe(
          'Dirty records a run may have, as a part of those read: 0.001 is one in a thousand. No such limit unless given.',
        )
        .meta({ examples: [0.001] }),
      minRecords: z
        .number()
        .int()
        .min(0)
        .default(1000)
        .describe('Records to be read before ratio counts.')
        .meta({ examples: [100] }),
      onBreach: z
        .enum(['fail', 'hold'])
        .default('fail')
        .describe(
          'What happens beyond the limit. fail: the run fails. hold: it stops sending, keeps all it has, and waits for ' +
            '`rocketlift decide`.',
        )
        .meta({ examples: ['hold'] }),
    })
    .prefault({})
    .describe('How many dirty records a run may have.'),
});
