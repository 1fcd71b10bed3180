import { z } from 'zod';
import { columns } from './column.js';
import { encodingName } from './encoding.js';
import { size } from './units.js';

/** One ASCII character, because records are taken apart byte by byte. */
const asciiCharacter = () =>
  z
    .string()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are used as delimiters
    .regex(/^[\x01-\x09\x0b\x0c\x0e-\x7f]$/, { error: 'one ASCII character other than NUL and line ends' });

/** The most that `source.maxRecordSize` may be. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** What files of all formats have in common. */
const fileFields = (path: string) => ({
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
      error: 'a file, a glob, or a list of them',
    })
    .describe(
      'A file, a list of files, or a glob such as data/orders-*.csv. Relative to the job file. ' +
        'Files that end in .gz or .zst are decompressed; one of them is one partition, and the places of its dirty records ' +
        'count decompressed bytes. ' +
        'May hold macros of the planned time, such as ${dateformat(yyyy-MM-dd,-1,DAY)}.',
    )
    .meta({ examples: [path] }),
  encoding: z
    .string()
    .default('utf-8')
    .refine((name) => encodingName(name) !== undefined, {
      error:
        'an encoding of the WHATWG Encoding Standard that this Node.js can decode, such as utf-8, gb18030, shift_jis or utf-16le',
    })
    .describe(
      'Encoding of the text, by its name in the WHATWG Encoding Standard: utf-8, utf-16le, gbk, gb18030, big5, ' +
        'shift_jis, euc-kr, windows-1252 … Messages are UTF-8. A byte order mark is skipped. ' +
        'A record that can not be decoded is dirty. UTF-16 and iso-2022-jp files are one partition each, as are those ' +
        'in which a character that takes them apart may be a part of another one: JSON, or CSV with the delimiter |, ' +
        'in gbk, gb18030, big5 and shift_jis. All these are decoded first: the place of a dirty record then counts bytes of the ' +
        'text in UTF-8, as `iconv -f utf-16le -t utf-8` writes it.',
    )
    .meta({ examples: ['gb18030'] }),
  columns: columns(),
  maxRecordSize: size()
    .prefault('4 MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= MAX_RECORD_BYTES, { error: 'a size from 1 KiB to 64 MiB' })
    .describe(
      'A record longer than this is dirty, so that one wrong quote or a missing line end can not eat the file: ' +
        'where the end of one can not be told from the rest, the run fails.',
    )
    .meta({ examples: ['1 MiB'] }),
});

const csvFields = z.strictObject({
  type: z.literal('csv').describe('A CSV file.'),
  ...fileFields('data/orders-*.csv'),
  header: z
    .boolean()
    .default(true)
    .describe(
      'Whether the first record names the columns. Without a header they are named by source.columns, in its order.',
    )
    .meta({ examples: [false] }),
  delimiter: asciiCharacter()
    .default(',')
    .describe('Between two fields.')
    .meta({ examples: [';'] }),
  quote: asciiCharacter()
    .default('"')
    .describe('Around a field that holds delimiters, quotes or line ends.')
    .meta({ examples: ["'"] }),
  escape: asciiCharacter()
    .optional()
    .describe('Before a quote inside a quoted field. The quote itself unless given.')
    .meta({ examples: ['\\'] }),
  nullText: z
    .string()
    .optional()
    .describe(
      'A field with just this text, not quoted, is null: "" or "\\N" for example. No field is null unless given.',
    )
    .meta({ examples: ['\\N'] }),
  lineEnd: z
    .union([z.enum(['auto', 'lf', 'crlf', 'cr']), asciiCharacter()], {
      error: 'auto, lf, crlf, cr, or one ASCII character',
    })
    .default('auto')
    .describe(
      'What ends a record. auto: a line feed, with a carriage return before it or without. lf, crlf, cr: only that; ' +
        'the others belong to the field they stand in. Or one ASCII character.',
    )
    .meta({ examples: ['cr'] }),
  comment: asciiCharacter()
    .optional()
    .describe(
      'A line that starts with this character is passed over, and is no record. In quotes it is a part of its field; but where ' +
        'a quote is wrong, so that reading goes on at the next line, it is passed over there as well. No line is unless given.',
    )
    .meta({ examples: ['#'] }),
});

/** Fields that hold a character which takes a file apart; no two may be the same, but for quote and escape. */
const CHARACTERS = ['delimiter', 'quote', 'escape', 'comment', 'lineEnd'] as const;

/** Refuses names that JavaScript would put before all others, where their order matters. */
export function requireOrder(
  names: readonly string[],
  path: readonly (string | number)[],
  context: z.core.$RefinementCtx,
): void {
  for (const name of names.filter((given) => /^\d+$/.test(given))) {
    context.addIssue({
      code: 'custom',
      path: [...path, name],
      message: 'a name that is not a whole number: those would lose their place in the order',
      params: { at: 'key' },
    });
  }
}

const csvSource = csvFields.superRefine((csv, context) => {
  for (const [at, field] of CHARACTERS.entries()) {
    const other = CHARACTERS.slice(0, at).find((name) => csv[name] !== undefined && csv[name] === csv[field]);
    if (other === undefined || (other === 'quote' && field === 'escape')) continue;
    context.addIssue({ code: 'custom', path: [field], message: `another character than the ${other}` });
  }
  if (csv.header) return;
  const names = Object.keys(csv.columns);
  if (names.length === 0) {
    const message = 'the names of all columns, in their order: there is no header that names them';
    context.addIssue({ code: 'custom', path: ['columns'], message });
  }
  requireOrder(names, ['columns'], context);
});

const ndjsonSource = z.strictObject({
  type: z.literal('ndjson').describe('One JSON object a line.'),
  ...fileFields('data/orders-*.ndjson'),
});

const pathStep = z.string().min(1);
const dottedPath = z.string().regex(/^[^.]+(?:\.[^.]+)*$/);

const jsonSource = z.strictObject({
  type: z.literal('json').describe('JSON documents: one a file, or several one after another.'),
  ...fileFields('data/orders.json'),
  recordPath: z
    .union([dottedPath, z.array(pathStep).min(1)], {
      error: 'names with "." between them, such as data.items, or a list of names',
    })
    .transform((path) => (typeof path === 'string' ? path.split('.') : path))
    .optional()
    .describe(
      'Where the records stand in a document: names of members with "." between them, or as a list; "*" is every ' +
        'element of an array, so that a member of that name can not be reached. An array there is a record an element, an object is one record. ' +
        'Unless given, that holds for the document itself. Where the path leads nowhere stands a dirty record. ' +
        'What stands beside it is passed over, whatever its size, and not checked in full.',
    )
    .meta({ examples: ['data.items'] }),
});

export const source = z
  .discriminatedUnion('type', [csvSource, ndjsonSource, jsonSource], {
    error: 'csv, json or ndjson',
  })
  .describe(
    'Where the records come from: csv, ndjson (one JSON object a line), or json (arrays of objects, or objects).',
  );

export type CsvSource = z.output<typeof csvSource>;
export type NdjsonSource = z.output<typeof ndjsonSource>;
export type JsonSource = z.output<typeof jsonSource>;
export type FileSource = CsvSource | NdjsonSource | JsonSource;
