import type { Temporal } from 'temporal-polyfill';

/** A format taken apart: literal text, and letters with how many of them stand there. */
export type DateFormat = readonly (string | { readonly letter: Letter; readonly count: number })[];

type Letter = keyof typeof FIELDS;

const FIELDS = {
  y: ({ year }: Temporal.ZonedDateTime) => year,
  M: ({ month }: Temporal.ZonedDateTime) => month,
  d: ({ day }: Temporal.ZonedDateTime) => day,
  H: ({ hour }: Temporal.ZonedDateTime) => hour,
  m: ({ minute }: Temporal.ZonedDateTime) => minute,
  s: ({ second }: Temporal.ZonedDateTime) => second,
  S: ({ millisecond }: Temporal.ZonedDateTime) => millisecond,
} as const;

/** Letters of Java that are taken for others, and mean something else there: a week's year, the day of the year, … */
const MEANT: Record<string, Letter | undefined> = { Y: 'y', D: 'd', h: 'H', u: 'y' };

const TOKEN = /''|'((?:[^']|'')+)'|([A-Za-z])\2*|[^A-Za-z']+/y;

/** What is wrong with a format. */
export interface FormatMistake {
  readonly message: string;
  readonly nearest?: string;
}

/**
 * Takes a format apart as Java's SimpleDateFormat does, for the letters y M d H m s S: a letter gives at least so many
 * digits, `yy` the last two of the year, `S` milliseconds; text stands in '…', and '' is a quote.
 */
export function parseDateFormat(text: string): DateFormat | FormatMistake {
  // Neither may come out of a macro: with what stands around it, it could look like one.
  if (/[${]/.test(text)) return { message: 'no "$" and "{" in the format' };
  if (text.includes('"')) return { message: "no double quote in the format; text stands in '…'" };
  if (text === '') return { message: 'expected a format such as yyyy-MM-dd' };
  const parts: DateFormat[number][] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text);
    if (!token) return { message: "a quote (') in the format that is not closed; '' is a quote itself" };
    const [all, quoted, letter] = token;
    if (letter === undefined) {
      parts.push(all === "''" ? "'" : (quoted?.replaceAll("''", "'") ?? all));
    } else if (!isLetter(letter)) {
      return unknownLetter(letter);
    } else if (letter === 'M' && all.length > 2) {
      return { message: `${all} is a month's name, which depends on a language; use MM`, nearest: 'MM' };
    } else {
      parts.push({ letter, count: all.length });
    }
  }
  return parts;
}

/** The moment in this format, in the moment's own time zone. */
export function formatDate(format: DateFormat, moment: Temporal.ZonedDateTime): string {
  return format
    .map((part) => {
      if (typeof part === 'string') return part;
      const { letter, count } = part;
      const value = FIELDS[letter](moment);
      return String(letter === 'y' && count === 2 ? value % 100 : value).padStart(count, '0');
    })
    .join('');
}

const isLetter = (letter: string): letter is Letter => Object.hasOwn(FIELDS, letter);

function unknownLetter(letter: string): FormatMistake {
  const meant = MEANT[letter];
  return {
    message:
      `"${letter}" in the format${meant ? `; did you mean ${meant}?` : ''} ` +
      "(there are y M d H m s S; text stands in '…')",
    ...(meant && { nearest: meant }),
  };
}
