import { z } from 'zod';

/** The sample of a partition travels with its heartbeats. */
const MOST = 50;

export const verify = z
  .union([
    z.enum(['none', 'count', 'sample']),
    z.strictObject({
      sample: z
        .number()
        .int()
        .min(1)
        .max(MOST)
        .describe('Messages of every partition that are looked for, beside its first and its last one.')
        .meta({ examples: [25] }),
    }),
  ])
  .default('none')
  .describe(
    'Proof that messages arrived, asked of the brokers (sink.namesrvAddr must be given, also beside a proxy; the account needs the permission ' +
      'Get for the topic). count: the ends of the queues before the first row and after the last one, against what was written; fewer fail the ' +
      'run, more are a warning, as others may have written meanwhile. sample: the same, and of every partition ten random messages, or as many ' +
      'as are said, and its first and last one are found again by their record ids, and their bodies compared; a digest of ' +
      'each stands in the history until then. None of it for a job with sink.delay.',
  )
  .meta({ examples: ['count', 'sample', { sample: 25 }] });
