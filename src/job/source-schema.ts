import { z } from 'zod';
import { size } from './units.js';

const COLUMN_TYPES = ['string', 'integer', 'decimal', 'boolean'] as const;

const columnType = z
  .enum(COLUMN_TYPES)
  .describe(
    'string: text. integer and decimal: a JSON number with just the digits that stand in the input. ' +
      'boolean: true or false (in a text file in any letter case).',
  );

const column = z
  .union(
    [
      columnType,
      z.strictObject({
        type: columnType,
        required: z
          .boolean()
          .default(false)
          .describe('A record without a value here (absent or null) is dirty.'),
      }),
    ],
    { error: 'string, integer, decimal or boolean, or { type: integer, required: true }' },
  )
  .transform((spec) => (typeof spec === 'string' ? { type: spec, required: false } : spec));

/** One ASCII character, because records are taken apart byte by byte. */
const asciiCharacter = () =>
  z
    .string()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are used as delimiters
    .regex(/^[\x01-\x09\x0b\x0c\x0e-\x7f]$/, { error: 'one ASCII character other than NUL and line ends' });

const fileFields = {
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
      error: 'a file, a glob, or a list of them',
    })
    .describe(
      'A file, a list of files, or a glob such as data/orders-*.csv. Relative to the job file. ' +
        'Files that end in .gz are decompressed; one of them is one partition.',
    ),
  encoding: z
    .string()
    .default('utf-8')
    .refine((name) => /^utf-?8$/i.test(name), {
      error: 'utf-8, the only encoding there is so far (a byte order mark is skipped)',
    })
    .describe('Encoding of the text: utf-8, with or without a byte order mark.'),
  columns: z
    .record(z.string().min(1), column)
    .prefault({})
    .describe(
      'Types of columns, by name. A value that does not fit makes its record dirty. ' +
        'A column without a type stays as it is: text in a CSV file, any value in JSON.',
    ),
  maxRecordSize: size()
    .prefault('4 MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 64 * 1024 * 1024, { error: 'a size from 1 KiB to 64 MiB' })
    .describe(
      'A record longer than this is dirty, so that one wrong quote or a missing line end can not eat the file.',
    ),
};

const csvFields = z.strictObject({
  type: z.literal('csv').describe('A CSV file.'),
  ...fileFields,
  header: z
    .literal(true, { error: 'true: files without a header come later' })
    .default(true)
    .describe('The first record names the columns.'),
  delimiter: asciiCharacter().default(',').describe('Between two fields.'),
  quote: asciiCharacter().default('"').describe('Around a field that holds delimiters, quotes or line ends.'),
  escape: asciiCharacter()
    .optional()
    .describe('Before a quote inside a quoted field. The quote itself unless given.'),
  nullText: z
    .string()
    .optional()
    .describe(
      'A field with just this text, not quoted, is null: "" or "\\N" for example. No field is null unless given.',
    ),
});

const csvSource = csvFields
  .refine((csv) => csv.delimiter !== csv.quote, {
    path: ['quote'],
    error: 'another character than the delimiter',
  })
  .refine((csv) => csv.delimiter !== csv.escape, {
    path: ['escape'],
    error: 'another character than the delimiter',
  });

const ndjsonSource = z.strictObject({
  type: z.literal('ndjson').describe('One JSON object a line.'),
  ...fileFields,
});

const jsonSource = z.strictObject({
  type: z.literal('json').describe('One array of JSON objects.'),
  ...fileFields,
});

export const source = z
  .discriminatedUnion('type', [csvSource, ndjsonSource, jsonSource], {
    error: 'csv, json or ndjson',
  })
  .describe(
    'Where the records come from: csv, ndjson (one JSON object a line), or json (an array of objects).',
  );

export type ColumnSpec = z.output<typeof column>;
export type ColumnType = z.output<typeof columnType>;
export type CsvSource = z.output<typeof csvSource>;
export type NdjsonSource = z.output<typeof ndjsonSource>;
export type JsonSource = z.output<typeof jsonSource>;
export type FileSource = CsvSource | NdjsonSource | JsonSource;
