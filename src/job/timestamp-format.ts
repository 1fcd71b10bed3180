/** What a letter group of a format stands for; `fraction` are parts of a second. */
export type TimestampField = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'offset';

/** A format, taken apart: fields with their number of digits (0 for the offset), and text between them. */
export type TimestampFormat = readonly (
  | { readonly field: TimestampField; readonly digits: number }
  | { readonly text: string }
)[];

const FIELDS: Readonly<Record<string, TimestampField>> = {
  yyyy: 'year',
  MM: 'month',
  dd: 'day',
  HH: 'hour',
  mm: 'minute',
  ss: 'second',
  XXX: 'offset',
};

/** Fields that say nothing without the one behind the colon. */
const NEEDS: readonly (readonly [TimestampField, TimestampField])[] = [
  ['minute', 'hour'],
  ['second', 'minute'],
  ['fraction', 'second'],
];

/** A group of one letter, quoted text, two quotes for one, or any other character. */
const PART = /([A-Za-z])\1*|''|'((?:[^']|'')+)'|[^A-Za-z']/gsu;

/**
 * Takes the format of a timestamp column apart; its letters mean what they mean in Java's DateTimeFormatter.
 * @returns the format, or what there should be instead
 */
export function parseTimestampFormat(format: string): TimestampFormat | string {
  const parts: TimestampFormat[number][] = [];
  let end = 0;
  for (const match of format.matchAll(PART)) {
    // Only a quote that is never closed is passed over.
    if (match.index !== end) break;
    const [part, letter, quoted] = match;
    end += part.length;
    if (letter === undefined) {
      parts.push({ text: quoted?.replaceAll("''", "'") ?? (part === "''" ? "'" : part) });
      continue;
    }
    const field = /^S{1,9}$/.test(part) ? 'fraction' : Object.hasOwn(FIELDS, part) ? FIELDS[part] : undefined;
    if (!field) return `yyyy, MM, dd, HH, mm, ss, S to SSSSSSSSS, XXX, and other letters in '…'; not ${part}`;
    if (parts.some((other) => 'field' in other && other.field === field)) return `${part} once only`;
    parts.push({ field, digits: field === 'offset' ? 0 : part.length });
  }
  if (end < format.length) return "a second ' behind the first: text stands between two, and '' is one";
  const has = (field: TimestampField) => parts.some((part) => 'field' in part && part.field === field);
  if (!has('year') || !has('month') || !has('day'))
    return 'yyyy, MM and dd: there is no timestamp without a date';
  const lacking = NEEDS.find(([field, needed]) => has(field) && !has(needed));
  return lacking ? `a format that has the ${lacking[1]} where it has the ${lacking[0]}` : parts;
}
