import { z } from 'zod';
import { size } from './units.js';

const MAX_RAW_BYTES = 4 * 1024 * 1024;

export const dirty = z
  .strictObject({
    mode: z
      .enum(['fail', 'log', 'keep'])
      .default('log')
      .describe(
        'fail: the first dirty record ends the run. log: dirty records are counted, and logged with their position and reason ' +
          '(the first 1,000 of a partition one by one). keep: each is written to a store, from where `rocketlift dirty` lists, ' +
          'shows, exports and replays them.',
      )
      .meta({ examples: ['keep'] }),
    path: z
      .string()
      .min(1)
      .optional()
      .describe(
        'With mode keep: the folder of the store, relative to the job file. All workers must see the same one. ' +
          'It holds the records as they stand in the input, so it needs the same protection.',
      )
      .meta({ examples: ['dirty/'] }),
    topic: z
      .string()
      .regex(/^[%|a-zA-Z0-9_-]{1,127}$/, {
        error: 'the name of a topic: letters, digits, "_", "-", "%" and "|", at most 127',
      })
      .optional()
      .describe(
        'With mode keep, instead of path: a topic of type NORMAL, a message for each dirty record. It is reached by sink.namesrvAddr with the ' +
          'credentials, TLS and namespace of the sink, also where messages go through a proxy. It must exist, and be another one than ' +
          'sink.topic. It holds the records as they stand in the input, so it needs the same protection.',
      )
      .meta({ examples: ['orders-dirty'] }),
    maxRawBytes: size()
      .prefault('64 KiB')
      .refine((bytes) => bytes <= MAX_RAW_BYTES, { error: 'a size of 4 MiB at most' })
      .describe(
        'With mode keep: bytes of a record that are kept, at most. Of a longer one the beginning is, and a replay reads the rest ' +
          'from the source again.',
      )
      .meta({ examples: ['256 KiB'] }),
  })
  .superRefine(({ mode, path, topic }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (mode === 'keep') {
      if (path === undefined && topic === undefined) refuse('path', 'a folder or a topic, as mode is keep');
      if (path !== undefined && topic !== undefined) refuse('topic', 'either path or topic');
      return;
    }
    if (path !== undefined) refuse('path', `no path beside mode ${mode}`);
    if (topic !== undefined) refuse('topic', `no topic beside mode ${mode}`);
  });
