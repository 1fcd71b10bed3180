import { z } from 'zod';
import { parseTimestampFormat } from '../timestamp-format.js';
import { timezone } from './timezone.js';

const COLUMN_TYPES = ['string', 'integer', 'decimal', 'boolean', 'timestamp', 'json'] as const;

const columnType = z
  .enum(COLUMN_TYPES)
  .describe(
    'string: text. integer and decimal: a JSON number with just the digits that stand in the input. ' +
      'boolean: true or false (in a text file in any letter case). ' +
      'timestamp: a date and a time; a text in ISO 8601 in the message, such as 2026-01-02T03:04:05.123456+08:00, ' +
      'its digits as they stood and its offset (Z in UTC) behind them. ' +
      'json: a JSON value; in a text file a text that is one, which stands in a JSON body as it is.',
  )
  .meta({ examples: ['integer'] });

const column = z
  .union(
    [
      columnType,
      z
        .strictObject({
          type: columnType,
          required: z
            .boolean()
            .default(false)
            .describe('A record without a value here (absent or null) is dirty.')
            .meta({ examples: [true] }),
          format: z
            .string()
            .min(1)
            .superRefine((format, context) => {
              const message = parseTimestampFormat(format);
              if (typeof message === 'string') context.addIssue({ code: 'custom', message });
            })
            .optional()
            .describe(
              'How a timestamp is written in the input: yyyy, MM, dd, HH, mm, ss, S to SSSSSSSSS (just so many digits of a ' +
                "second's parts), XXX (an offset such as +08:00 or Z), text in '…'. What it leaves out of the time is zero. " +
                'ISO 8601 unless given: a date, T or a space, a time; seconds, up to nine digits of their parts and an offset may ' +
                'follow.',
            )
            .meta({ examples: ['dd.MM.yyyy HH:mm:ss.SSSSSS'] }),
          timezone: timezone()
            .optional()
            .describe(
              'Time zone of timestamps that are written without an offset. UTC unless given. A time that comes twice, when clocks ' +
                'are set back, is the first of the two; one that is skipped makes its record dirty.',
            )
            .meta({ examples: ['Asia/Shanghai'] }),
        })
        .refine(({ type, format }) => type === 'timestamp' || format === undefined, {
          path: ['format'],
          error: 'format only for a column of type timestamp',
        })
        .refine(({ type, timezone: zone }) => type === 'timestamp' || zone === undefined, {
          path: ['timezone'],
          error: 'timezone only for a column of type timestamp',
        }),
    ],
    {
      error: `${COLUMN_TYPES.slice(0, -1).join(', ')} or ${COLUMN_TYPES.at(-1)}, or { type: integer, required: true }`,
    },
  )
  .transform((spec) => (typeof spec === 'string' ? { type: spec, required: false } : spec));

/** Types of columns by name, in the order in which they are written. */
export const columns = () =>
  z
    .record(z.string().min(1), column)
    .prefault({})
    .describe(
      'Types of columns, by name. A value that does not fit makes its record dirty. ' +
        'A column without a type stays as it is: text in a CSV file, any value in JSON.',
    )
    .meta({ examples: [{ id: 'integer', amount: { type: 'decimal', required: true } }] });

export interface ColumnSpec {
  readonly type: ColumnType;
  readonly required: boolean;
  /** Of timestamps only. */
  readonly format?: string;
  readonly timezone?: string;
}
export type ColumnType = z.output<typeof columnType>;
