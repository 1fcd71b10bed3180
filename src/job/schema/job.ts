import { z } from 'zod';
import { schedule } from './schedule.js';
import { sink } from './sink.js';
import { NO_ORDER, namesWithoutOrder, source } from './source.js';
import { transformStep } from './transform.js';
import { duration, size } from './units.js';

const MIB = 1024 * 1024;

const settings = z.strictObject({
  parallelism: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe('Partitions written at once, over all workers; one worker writes at most 32.')
    .meta({ examples: [2] }),
  partitionSize: size()
    .prefault('64 MiB')
    .refine((bytes) => bytes >= 1024, { error: 'a size of 1 KiB or more' })
    .describe('Bytes of a plain file that make one partition, about; 1 KiB or more.')
    .meta({ examples: ['16 MiB'] }),
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
        .literal('fail', { error: 'fail: hold comes later' })
        .default('fail')
        .describe('What happens beyond the limit: the run fails.')
        .meta({ examples: ['fail'] }),
    })
    .prefault({})
    .describe('How many dirty records a run may have.'),
});

/** A job file. Unknown fields are errors; sizes become bytes and durations milliseconds. */
export const jobSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, {
        error: 'a name of letters, digits, ".", "_" and "-", at most 200',
      })
      .describe('Name of the job, and the id of its workflow: one run of a job at a time.')
      .meta({ examples: ['orders'] }),
    source,
    sink: sink.describe('Where the messages go.'),
    transform: z
      .array(transformStep.describe('One of rename, drop, constant, filter or mask.'))
      .default([])
      .describe('Steps from a record to a message, in order.'),
    settings: settings.prefault({}).describe('How the work is done.'),
    dirty: z
      .strictObject({
        mode: z
          .literal('log', { error: 'log: fail and keep come later' })
          .default('log')
          .describe(
            'Dirty records are counted, and logged with their position and reason (the first 1,000 of a partition one by one).',
          )
          .meta({ examples: ['log'] }),
      })
      .prefault({})
      .describe('What becomes of records that can not be a message.'),
    schedule: schedule.optional(),
  })
  .superRefine((job, context) => {
    // The columns of a CSV file have the order of the file, or are checked with it.
    if (job.sink.format !== 'csv' || job.source.type === 'csv') return;
    for (const name of namesWithoutOrder(Object.keys(job.source.columns))) {
      context.addIssue({ code: 'custom', path: ['source', 'columns', name], message: NO_ORDER });
    }
  })
  .meta({ title: 'Rocketlift job', description: 'Moves records from files into an Apache RocketMQ topic.' });

/** A job with every default filled in. */
export type Job = z.output<typeof jobSchema>;
/** A job as a user may write it. */
export type JobInput = z.input<typeof jobSchema>;
export type Settings = Job['settings'];
export type ErrorLimit = Settings['errorLimit'];

/** The JSON Schema of job files, for editors. */
export function jobJsonSchema(): object {
  return z.toJSONSchema(jobSchema, {
    target: 'draft-7',
    io: 'input',
    // zod leaves out the examples of what it transforms, as they could be meant for what comes out.
    override: ({ zodSchema, jsonSchema }) => {
      const examples = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
}
