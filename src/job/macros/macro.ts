import { Temporal } from 'temporal-polyfill';
import { nearest } from '../nearest.js';
import { type DateFormat, type FormatMistake, formatDate, parseDateFormat } from './date-format.js';

/**
 * The macros of Huawei Cloud's DataArts Migration (CDM), with its forms and units:
 * `dateformat(format)`, `dateformat(format, offset, unit)`, `timestamp()`, `timestamp(offset, unit)`.
 */
export interface Macro {
  /** Without one it is a timestamp. */
  readonly format?: DateFormat;
  readonly offset?: { readonly amount: number; readonly unit: Unit };
}

/** What is wrong with a macro. */
export interface MacroMistake extends FormatMistake {
  readonly expected: string;
}

/** Units, with the field of a duration and the seconds they have, about. */
const UNITS = {
  SECOND: { field: 'seconds', seconds: 1 },
  MINUTE: { field: 'minutes', seconds: 60 },
  HOUR: { field: 'hours', seconds: 3600 },
  DAY: { field: 'days', seconds: 86_400 },
  MONTH: { field: 'months', seconds: 30 * 86_400 },
  YEAR: { field: 'years', seconds: 365 * 86_400 },
} as const;

type Unit = keyof typeof UNITS;

const UNIT_NAMES = Object.keys(UNITS) as Unit[];
const NAMES = ['dateformat', 'timestamp'];
/** Every date stays one of four digits. */
const MAX_OFFSET_SECONDS = 1000 * 365 * 86_400;

export const MACRO_EXAMPLES =
  '${dateformat(yyyy-MM-dd)}, ${dateformat(yyyy-MM-dd,-1,DAY)}, ${timestamp()} or ${timestamp(-10,MINUTE)}';

/** Reads what stands between `${` and `}`. Spaces around names, offsets and units do not count. */
export function parseMacro(text: string): Macro | MacroMistake {
  const match = /^\s*([^\s(]*)\s*(?:\((.*)\))?\s*$/s.exec(text);
  if (text.includes('${')) return mistake(`\${${text}}: expected "}" before the next "\${"`);
  const opened = /^\s*(\w+)\s*\(/.exec(text)?.[1] ?? '';
  if (!match && NAMES.includes(opened)) {
    return mistake(`\${${text}}: expected ${text.includes(')') ? '"}" after ")"' : '")" before "}"'}`);
  }
  if (!match || !NAMES.includes(match[1])) {
    const meant = nearest(match?.[1] ?? text, NAMES);
    return mistake(`unknown macro \${${text}}${meant ? `; did you mean ${meant}?` : ''}`, meant);
  }
  const [, name, list] = match;
  if (list === undefined) return mistake(`\${${text}}: expected "(" and ")" after ${name}`, `${name}()`);
  const given = splitArguments(list);
  const [format, rest] = name === 'dateformat' ? [given[0], given.slice(1)] : [undefined, given];
  if (rest.length !== 0 && rest.length !== 2 && !(format === undefined && list.trim() === '')) {
    return mistake(
      `\${${text}}: expected an offset and its unit, such as -1,DAY (a comma in a format is ',')`,
    );
  }
  const read = format === undefined ? undefined : parseDateFormat(format);
  if (read && 'message' in read) return mistake(`\${${text}}: ${read.message}`, read.nearest);
  const offset = rest.length === 2 ? parseOffset(rest[0], rest[1]) : undefined;
  if (offset && 'message' in offset) return mistake(`\${${text}}: ${offset.message}`, offset.nearest);
  return { ...(read && { format: read }), ...(offset && { offset }) };
}

/**
 * What a macro stands for at a moment.
 * Days, months and years are those of the time zone's calendar, and a day that a month does not have becomes its last
 * one; hours, minutes and seconds are time that passes.
 * @param at milliseconds since 1970
 */
export function evaluateMacro({ format, offset }: Macro, at: number, timezone: string): string {
  const now = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  const moment = offset ? now.add({ [UNITS[offset.unit].field]: offset.amount }) : now;
  return format ? formatDate(format, moment) : String(moment.epochMilliseconds);
}

/** At the commas that an even number of quotes follows: those that do not stand in quotes. */
function splitArguments(list: string): string[] {
  return list.split(/,(?=(?:[^']*'[^']*')*[^']*$)/).map((part) => part.trim());
}

function parseOffset(amount: string, unit: string): NonNullable<Macro['offset']> | FormatMistake {
  if (!/^[+-]?\d{1,15}$/.test(amount)) return { message: `expected a whole number, found "${amount}"` };
  if (!isUnit(unit)) {
    const meant = nearest(unit, UNIT_NAMES);
    return {
      message: `unknown unit "${unit}"; ${meant ? `did you mean ${meant}?` : `expected one of ${UNIT_NAMES.join(', ')}`}`,
      ...(meant && { nearest: meant }),
    };
  }
  if (Math.abs(Number(amount)) * UNITS[unit].seconds > MAX_OFFSET_SECONDS) {
    return { message: 'expected an offset of a thousand years at most' };
  }
  return { amount: Number(amount), unit };
}

/** Whether what stands between `${` and `}` is meant for a macro, if a wrong one. */
export function looksLikeMacro(text: string): boolean {
  return NAMES.some((name) => text.trimStart().startsWith(`${name}(`)) || !('message' in parseMacro(text));
}

const isUnit = (name: string): name is Unit => Object.hasOwn(UNITS, name);

const mistake = (message: string, meant?: string): MacroMistake => ({
  message,
  expected: MACRO_EXAMPLES,
  ...(meant !== undefined && { nearest: meant }),
});
