import { z } from 'zod';
import { parseFilter } from '../filter-expression.js';

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

const maskRule = z.union(
  [
    z.literal('hash'),
    z.strictObject({
      keepLast: z
        .number()
        .int()
        .min(0)
        .max(1000)
        .describe(
          'Characters at the end that stay; each of the others becomes "*". A shorter text stays as it is.',
        )
        .meta({ examples: [4] }),
    }),
  ],
  { error: 'hash, or { keepLast: 4 }' },
);

export const transformStep = z.union(
  [
    z.strictObject({
      rename: z
        .record(fieldName, fieldName)
        .describe('Old name to new name.')
        .meta({ examples: [{ credit: 'credit_limit' }] }),
    }),
    z.strictObject({
      drop: z
        .array(fieldName)
        .min(1)
        .describe('Names of fields to leave out.')
        .meta({ examples: [['note']] }),
    }),
    z.strictObject({
      constant: z
        .record(fieldName, constantValue)
        .describe('Fields to add, with their values. A text may hold macros of the planned time.')
        .meta({ examples: [{ day: '${dateformat(yyyy-MM-dd)}' }] }),
    }),
    z.strictObject({
      filter: z
        .string()
        .min(1)
        .superRefine((text, context) => {
          const problem = parseFilter(text);
          if (typeof problem !== 'string') return;
          context.addIssue({ code: 'custom', message: `a condition in CEL: ${problem}` });
        })
        .describe(
          'A condition in the Common Expression Language (CEL; docs/filter.md); a record for which it is false is left out, and ' +
            'counted as filtered. Names and values are those that the steps before have made.',
        )
        .meta({ examples: ['amount > 0.0 && status != "void"'] }),
    }),
    z.strictObject({
      mask: z
        .record(fieldName, maskRule)
        .describe(
          'Fields to disguise; each becomes a text, and null stays null. hash: the SHA-256 of the value as text (of an object or ' +
            'array, as JSON), as hexadecimal digits. Who has the hashes of phone or card numbers can find the numbers by trying all there are. keepLast: all but its last characters are "*". Keys and whatever else is ' +
            'made of fields have what the mask made.',
        )
        .meta({ examples: [{ email: 'hash', phone: { keepLast: 4 } }] }),
    }),
  ],
  { error: 'one of rename, drop, constant, filter or mask in each step (start each with "- ")' },
);

export type TransformStep = z.output<typeof transformStep>;
export type MaskRule = z.output<typeof maskRule>;
