import { z } from 'zod';
import { source } from './source-schema.js';
import { duration, size } from './units.js';

const MIB = 1024 * 1024;

const fieldName = z.string().min(1);

const constantValue = z.union(
  [
    z.string(),
    z.boolean(),
    z.null(),
    z.number().refine((n) => !Number.isInteger(n) || Number.isSafeInteger(n), {
      error: 'a number that JavaScript holds exactly; write a longer one as text, in quotes',
    }),
  ],
  { error: 'a text, a number, true, false or null' },
);

const transformStep = z.union(
  [
    z.strictObject({
      rename: z.record(fieldName, fieldName).describe('Old name to new name.'),
    }),
    z.strictObject({ drop: z.array(fieldName).min(1).describe('Names of fields to leave out.') }),
    z.strictObject({
      constant: z.record(fieldName, constantValue).describe('Fields to add, with their values.'),
    }),
  ],
  { error: 'one of rename, drop or constant in each step (start each with "- ")' },
);

const sink = z.strictObject({
  endpoints: z
    .string()
    .regex(/^[^\s;,:/]+:\d{1,5}(?:;[^\s;,:/]+:\d{1,5})*$/, {
      error: 'the address of a RocketMQ 5 proxy, such as 127.0.0.1:8081 (several with ";" between them)',
    })
    .describe('Address of a RocketMQ 5 proxy (gRPC), host:port; several with ";" between them.'),
  transport: z
    .literal('proxy', { error: 'proxy: the nameserver transport comes later' })
    .default('proxy')
    .describe('How messages reach RocketMQ: through its proxy.'),
  topic: z
    .string()
    .regex(/^[%|a-zA-Z0-9_-]{1,127}$/, {
      error: 'the name of a topic: letters, digits, "_", "-", "%" and "|", at most 127',
    })
    .describe('An existing topic of type NORMAL.'),
  tag: z
    .string()
    .min(1)
    .refine((tag) => tag.trim() === tag && !/[|\p{Cc}]/u.test(tag), {
      error: 'a tag without "|", control characters and white space around it',
    })
    .optional()
    .describe('Tag of every message.'),
  keyFields: z
    .array(fieldName)
    .min(1)
    .optional()
    .describe(
      'Fields whose values, joined by ":", are the key of a message, beside its record id; names as they are after ' +
        'transform. White space in them is percent-encoded. A record without a value in one of them is dirty.',
    ),
  format: z
    .enum(['json', 'csv'])
    .default('json')
    .describe('Message bodies: a JSON object, or one line of CSV.'),
  order: z
    .literal('none', { error: 'none: order by key comes later' })
    .default('none')
    .describe('Messages arrive in any order.'),
});

const settings = z.strictObject({
  parallelism: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe('Partitions written at once, over all workers; one worker writes at most 32.'),
  partitionSize: size()
    .prefault('64 MiB')
    .refine((bytes) => bytes >= 1024, { error: 'a size of 1 KiB or more' })
    .describe('Bytes of a plain file that make one partition, about; 1 KiB or more.'),
  batch: z
    .strictObject({
      records: z.number().int().min(1).max(10_000).default(500).describe('Messages in one request, at most.'),
      bytes: size()
        .prefault('1 MiB')
        .refine((bytes) => bytes >= 1024 && bytes <= 3.5 * MIB, {
          error: 'a size from 1 KiB to 3.5 MiB (RocketMQ takes 4 MiB, encoded)',
        })
        .describe(
          'Encoded bytes in one request, at most, from 1 KiB to 3.5 MiB; a single larger message goes alone.',
        ),
      inFlight: z
        .number()
        .int()
        .min(1)
        .max(64)
        .default(8)
        .describe('Requests a partition has under way, at most.'),
    })
    .prefault({})
    .describe('Messages sent in one request.'),
  connectTimeout: duration()
    .refine((ms) => ms >= 1000 && ms <= 3_600_000, { error: 'a duration from 1s to 1h' })
    .prefault('30s')
    .describe('How long a check waits for servers.'),
  retryFor: duration()
    .prefault('24h')
    .describe(
      "How long the world's faults (busy, timeouts, connections lost) are tried again before the run fails.",
    ),
  errorLimit: z
    .strictObject({
      records: z.number().int().min(0).default(100).describe('Dirty records a run may have.'),
      ratio: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe(
          'Dirty records a run may have, as a part of those read: 0.001 is one in a thousand. No such limit unless given.',
        ),
      minRecords: z.number().int().min(0).default(1000).describe('Records to be read before ratio counts.'),
      onBreach: z
        .literal('fail', { error: 'fail: hold comes later' })
        .default('fail')
        .describe('What happens beyond the limit: the run fails.'),
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
      .describe('Name of the job, and the id of its workflow: one run of a job at a time.'),
    source,
    sink: sink.describe('Where the messages go.'),
    transform: z
      .array(transformStep.describe('One of rename, drop or constant.'))
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
          ),
      })
      .prefault({})
      .describe('What becomes of records that can not be a message.'),
  })
  .meta({ title: 'Rocketlift job', description: 'Moves records from files into an Apache RocketMQ topic.' });

/** A job with every default filled in. */
export type Job = z.output<typeof jobSchema>;
/** A job as a user may write it. */
export type JobInput = z.input<typeof jobSchema>;
export type Sink = Job['sink'];
export type Settings = Job['settings'];
export type ErrorLimit = Settings['errorLimit'];
export type TransformStep = Job['transform'][number];

/** The JSON Schema of job files, for editors. */
export function jobJsonSchema(): object {
  return z.toJSONSchema(jobSchema, { target: 'draft-7', io: 'input' });
}
