import { z } from 'zod';

const MOST_QUEUES = 1024;

export const createTopic = z
  .strictObject({
    queues: z
      .number()
      .int()
      .min(1)
      .max(MOST_QUEUES)
      .default(8)
      .describe('Queues on every broker.')
      .meta({ examples: [16] }),
    type: z
      .enum(['NORMAL', 'FIFO', 'DELAY'])
      .optional()
      .describe(
        'The type of messages that it is for. Unless given, that of the messages of the job: FIFO with sink.order: key, DELAY with sink.delay, NORMAL otherwise.',
      )
      .meta({ examples: ['NORMAL'] }),
    cluster: z
      .string()
      .min(1)
      .optional()
      .describe('The cluster whose brokers get it; needed only where the name servers know several.')
      .meta({ examples: ['DefaultCluster'] }),
  })
  .describe(
    'Has a run create the topic where it is missing, on all brokers of the cluster, before its first row; `rocketlift check` only says that it would. ' +
      'Needs sink.namesrvAddr, also beside a proxy, and an account that may create topics. Unless given, a missing topic ends a run.',
  );

export type CreateTopic = z.output<typeof createTopic>;
