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
    maxRawBytes: size()
      .prefault('64 KiB')
      .refine((bytes) => bytes <= MAX_RAW_BYTES, { error: 'a size of 4 MiB at most' })
      .describe(
        'With mode keep: bytes of a record that are kept, at most. Of a longer one the beginning is, and a replay reads the rest ' +
          'from the source again.',
      )
      .meta({ examples: ['256 KiB'] }),
  })
  .superRefine(({ mode, path }, context) => {
    if (mode === 'keep' && path === undefined) {
      context.addIssue({ code: 'custom', path: ['path'], message: 'a folder, as mode is keep' });
    } else if (mode !== 'keep' && path !== undefined) {
      context.addIssue({ code: 'custom', path: ['path'], message: `no path beside mode ${mode}` });
    }
  });
