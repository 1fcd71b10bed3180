import { z } from 'zod';
import { fullTopic } from '../full-topic.js';
import { dirty } from './dirty.js';
import { schedule } from './schedule.js';
import { settings } from './settings.js';
import { sink } from './sink.js';
import { requireOrder, source } from './source.js';
import { transformStep } from './transform.js';
import { verify } from './verify.js';

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
    dirty: dirty.prefault({}).describe('What becomes of records that can not be a message.'),
    verify,
    schedule: schedule.optional(),
  })
  .superRefine(({ verify, sink }, context) => {
    if (verify === 'none') return;
    const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['verify'], message });
    if (sink.namesrvAddr === undefined) {
      refuse('sink.namesrvAddr beside it, also where messages go through a proxy: the brokers are asked');
    }
    if (sink.delay !== undefined) refuse('none beside sink.delay: such messages come into the topic later');
  })
  .superRefine(({ dirty: { topic }, sink }, context) => {
    if (topic === undefined) return;
    const refuse = (message: string) =>
      context.addIssue({ code: 'custom', path: ['dirty', 'topic'], message });
    const name = fullTopic({ ...sink, topic });
    if (sink.namesrvAddr === undefined) {
      refuse(
        'sink.namesrvAddr beside it, also where messages go through a proxy: the topic is written and read by the name servers',
      );
    }
    if (name === fullTopic(sink)) refuse('another topic than sink.topic');
    if (name.length > 127) refuse('a topic that with sink.namespace has at most 127 characters');
  })
  .superRefine((job, context) => {
    if (job.sink.format !== 'csv') return;
    // The columns of a CSV file have the order of the file, or are checked with it.
    if (job.source.type !== 'csv') {
      requireOrder(Object.keys(job.source.columns), ['source', 'columns'], context);
    }
    for (const [at, step] of job.transform.entries()) {
      if (!('constant' in step)) continue;
      const names = Object.keys(step.constant);
      // One alone has its place behind the fields there are.
      if (names.length > 1) requireOrder(names, ['transform', at, 'constant'], context);
    }
  })
  .meta({ title: 'Rocketlift job', description: 'Moves records from files into an Apache RocketMQ topic.' });

/** A job with every default filled in. */
export type Job = z.output<typeof jobSchema>;
/** A job as a user may write it. */
export type JobInput = z.input<typeof jobSchema>;
export type Settings = Job['settings'];
export type ErrorLimit = Settings['errorLimit'];
export type Rate = NonNullable<Settings['rate']>;
export type Dirty = Job['dirty'];

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
