import type { ColumnSpec } from '../../job/schema/column.js';
import {
  parseTimestampFormat,
  type TimestampField,
  type TimestampFormat,
} from '../../job/timestamp-format.js';
import { ZoneOffsets } from './zone-offsets.js';

type Capture = string | undefined;

/** A regular expression for a whole text, and the number of each field's group. */
interface Pattern {
  readonly expression: RegExp;
  readonly groups: Readonly<Partial<Record<TimestampField, number>>>;
}

const PATTERNS = {
  year: '([0-9]{4})',
  month: '(0[1-9]|1[0-2])',
  day: '(0[1-9]|[12][0-9]|3[01])',
  hour: '([01][0-9]|2[0-3])',
  minute: '([0-5][0-9])',
  second: '([0-5][0-9])',
  offset: '(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])',
};
const { year, month, day, hour, minute, second } = PATTERNS;

/** ISO 8601, as databases and logs write it: a space for T, a comma in the fraction, offsets such as +08 and +0800. */
const ISO: Pattern = {
  expression: new RegExp(
    `^${year}-${month}-${day}[Tt ]${hour}:${minute}(?::${second}(?:[.,]([0-9]{1,9}))?)?` +
      '([Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9](?::?[0-5][0-9])?)?)?$',
  ),
  groups: { year: 1, month: 2, day: 3, hour: 4, minute: 5, second: 6, fraction: 7, offset: 8 },
};

/**
 * Reads the timestamps of a column: ISO 8601 with an offset, the digits of the clock and of the fraction as they stood.
 * What a format leaves out of the time is zero. A time that comes twice, when clocks are set back, is the first of the two.
 * @returns a function that gives undefined for a text that is no such timestamp, or a time that the zone's clock skips
 */
export function timestampReader({
  format,
  timezone = 'UTC',
}: Pick<ColumnSpec, 'format' | 'timezone'>): (text: string) => string | undefined {
  const { expression, groups } = format === undefined ? ISO : patternOf(format);
  const {
    year = 0,
    month = 0,
    day = 0,
    hour = -1,
    minute = -1,
    second = -1,
    fraction = -1,
    offset = -1,
  } = groups;
  const offsetAt = UTC.test(timezone) ? undefined : zoneOffset(timezone);
  return (text) => {
    const found = expression.exec(text);
    if (found === null) return undefined;
    const { [year]: y, [month]: m, [day]: d } = found;
    if (d > '28' && Number(d) > daysOf(Number(y), Number(m))) return undefined;
    const h: Capture = found[hour] ?? '00';
    const min: Capture = found[minute] ?? '00';
    const s: Capture = found[second] ?? '00';
    const f: Capture = found[fraction];
    const given: Capture = found[offset];
    const after = given === undefined ? (offsetAt ? offsetAt(y, m, d, h, min, s) : 'Z') : offsetText(given);
    if (after === undefined) return undefined;
    return `${y}-${m}-${d}T${h}:${min}:${s}${f === undefined ? '' : `.${f}`}${after}`;
  };
}

function patternOf(format: string): Pattern {
  const parts = parseTimestampFormat(format);
  if (typeof parts === 'string') throw new TypeError(`a format that was not validated: expected ${parts}`);
  const fields = parts.flatMap((part) => ('field' in part ? [part.field] : []));
  return {
    expression: new RegExp(`^${parts.map(patternOfPart).join('')}$`, 'u'),
    groups: Object.fromEntries(fields.map((field, index) => [field, index + 1])),
  };
}

function patternOfPart(part: TimestampFormat[number]): string {
  if ('text' in part) return part.text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return part.field === 'fraction' ? `([0-9]{${part.digits}})` : PATTERNS[part.field];
}

/** UTC under one of its names; only then an offset is written as Z. */
const UTC = /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu)$/i;

function zoneOffset(zone: string) {
  const offsets = new ZoneOffsets(zone);
  return (y: string, m: string, d: string, h: string, min: string, s: string) =>
    offsets.at(
      wallSeconds(Number(y), Number(m), Number(d)) + Number(h) * 3600 + Number(min) * 60 + Number(s),
    );
}

/** Seconds since 1970 at the beginning of a day. `Date.UTC` takes the years before 100 for others; 400 years later it is the same calendar. */
function wallSeconds(y: number, m: number, d: number): number {
  return Date.UTC(y + 400, m - 1, d) / 1000 - 146_097 * 86_400;
}

function daysOf(y: number, m: number): number {
  if (m === 2) return (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0 ? 29 : 28;
  return m === 4 || m === 6 || m === 9 || m === 11 ? 30 : 31;
}

/** `z`, `+08` and `+0800` as RFC 3339 writes them. */
function offsetText(given: string): string {
  if (given.length === 1) return 'Z';
  if (given.length === 3) return `${given}:00`;
  return given.includes(':')
    ? given
    : `${given.slice(0, 3)}:${(given.slice(3).match(/../g) ?? []).join(':')}`;
}

const WRITTEN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}(?::\d{2})?)$/;

/** Whether a text is a timestamp as a {@link timestampReader} writes it. */
export const isTimestamp = (text: string): boolean => WRITTEN.test(text);

/** The instant of a timestamp that a {@link timestampReader} has written, in milliseconds since 1970, rounded down. */
export function epochMilliseconds(iso: string): number {
  const signAt = iso.length - (iso.endsWith('Z') ? 1 : iso.at(-9) === '+' || iso.at(-9) === '-' ? 9 : 6);
  const clock = (at: number) => Number(iso.slice(at, at + 2));
  const day = wallSeconds(Number(iso.slice(0, 4)), clock(5), clock(8));
  const seconds = day + clock(11) * 3600 + clock(14) * 60 + clock(17);
  const milliseconds = Number(iso.slice(20, Math.min(signAt, 23)).padEnd(3, '0'));
  return (seconds - offsetSeconds(iso.slice(signAt))) * 1000 + milliseconds;
}

function offsetSeconds(offset: string): number {
  if (offset === 'Z') return 0;
  const seconds = offset
    .slice(1)
    .split(':')
    .reduce((sum, part, index) => sum + Number(part) * 60 ** (2 - index), 0);
  return offset.startsWith('-') ? -seconds : seconds;
}
