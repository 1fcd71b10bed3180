/** The rules of the CSV reader once more, slow and plain, to compare it with. Bytes stand as Latin-1 text. */
export interface ReferenceRecord {
  readonly offset: number;
  readonly raw: string;
  readonly kind: 'good' | 'stray_quote' | 'unclosed_quote' | 'record_too_long';
}

export interface ReferenceDialect {
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly lineEnd?: string;
  readonly comment?: string;
}

/** A dialect as sources of regular expressions. */
interface Marks {
  readonly delimiter: string;
  readonly quote: string;
  readonly doublesQuotes: boolean;
  /** What stands between two quotes. */
  readonly quoted: string;
  readonly lineEnd: string;
  /** A byte of a field without quotes. */
  readonly plain: string;
  readonly comment: string | undefined;
  readonly isAuto: boolean;
  readonly takesCr: boolean;
}

const LINE_ENDS: Record<string, string> = { auto: '\\r?\\n', lf: '\\n', crlf: '\\r\\n', cr: '\\r' };

const literal = (text: string) => `\\x${text.charCodeAt(0).toString(16).padStart(2, '0')}`;

function marksOf({
  delimiter = ',',
  quote = '"',
  escape: escaper = quote,
  lineEnd = 'auto',
  comment,
}: ReferenceDialect): Marks {
  const [d, q, e] = [delimiter, quote, escaper].map(literal);
  const end = LINE_ENDS[lineEnd] ?? literal(lineEnd);
  return {
    delimiter: d,
    quote: q,
    doublesQuotes: q === e,
    quoted: q === e ? `(?:[^${q}]|${q}${q})*` : `(?:${e}[^]|[^${q}${e}])*`,
    lineEnd: end,
    plain: `(?:(?!${end})[^${d}])`,
    comment: comment === undefined ? undefined : literal(comment),
    isAuto: lineEnd === 'auto',
    takesCr: lineEnd === 'auto' || lineEnd === 'crlf',
  };
}

export function referenceRecords(
  content: string,
  from: number,
  max: number,
  dialect: ReferenceDialect = {},
): ReferenceRecord[] {
  const marks = marksOf(dialect);
  const passedOver = [`^${marks.lineEnd}`, ...(marks.isAuto ? ['^\\r$'] : [])];
  if (marks.comment) passedOver.push(`^${marks.comment}[^]*?(?:${marks.lineEnd}|$)`);
  const records: ReferenceRecord[] = [];
  for (let at = from; at < content.length; ) {
    const passed = new RegExp(passedOver.join('|')).exec(content.slice(at));
    if (passed) {
      at += passed[0].length;
      continue;
    }
    const { kind, length, lineEnd } = referenceRecord(content.slice(at), max, marks);
    const raw = content.slice(at, at + length);
    records.push({ offset: at, raw: raw.length > max ? raw.slice(0, Math.min(65536, max)) : raw, kind });
    at += length + lineEnd.length;
  }
  return records;
}

interface Ending {
  readonly kind: ReferenceRecord['kind'];
  readonly length: number;
  readonly lineEnd: string;
}

function referenceRecord(text: string, max: number, marks: Marks): Ending {
  const { delimiter, quote, quoted, plain, lineEnd: end } = marks;
  const field = `(?:${quote}${quoted}${quote}|(?!${quote})${plain}*)`;
  const wellFormed = new RegExp(`^${field}(?:${delimiter}${field})*(${end}|$)`).exec(text);
  if (wellFormed) {
    const lineEnd = wellFormed[1];
    const length = wellFormed[0].length - lineEnd.length;
    if (length + Math.max(0, lineEnd.length - 1) <= max) {
      const inQuotes = new RegExp(`(^|${delimiter})${quote}${quoted}${quote}(?=${delimiter}|${end}|$)`, 'g');
      const unquoted = wellFormed[0].replace(inQuotes, '$1');
      return { kind: new RegExp(quote).test(unquoted) ? 'stray_quote' : 'good', length, lineEnd };
    }
  }
  // The longest record with the byte that might end its line end tells what is wrong.
  const kind = brokenKind(text.slice(0, max + 1), text.length <= max, marks);
  const ends = [...text.matchAll(new RegExp(end, 'g'))].map((match) => match.index + match[0].length);
  const next = ends.find((at) => kind !== 'record_too_long' || at > max + 1);
  if (next === undefined) return { kind, length: text.length, lineEnd: '' };
  // Of a line end that stands too far behind, only the last byte is looked at.
  const lineEnd =
    next > max + 1 ? text[next - 1] : (new RegExp(`${end}$`).exec(text.slice(0, next))?.[0] ?? '');
  return { kind, length: next - lineEnd.length, lineEnd };
}

/** Goes field by field through what is not a record. */
function brokenKind(seen: string, isAll: boolean, marks: Marks): ReferenceRecord['kind'] {
  const { delimiter, quote, doublesQuotes, quoted, plain, lineEnd, takesCr } = marks;
  let rest = seen;
  for (;;) {
    if (new RegExp(`^${quote}`).test(rest)) {
      const closed = new RegExp(`^${quote}${quoted}${quote}${doublesQuotes ? `(?!${quote})` : ''}`).exec(
        rest,
      );
      const mayGoOn = closed && doublesQuotes && closed[0].length === rest.length && !isAll;
      if (!closed || mayGoOn) return 'unclosed_quote';
      rest = rest.slice(closed[0].length);
      if (rest === '\r' && takesCr && !isAll) return 'record_too_long';
      if (!new RegExp(`^(?:${delimiter}|${lineEnd}|$)`).test(rest)) return 'stray_quote';
    } else {
      rest = rest.replace(new RegExp(`^${plain}*`), '');
    }
    if (!new RegExp(`^${delimiter}`).test(rest)) return 'record_too_long';
    rest = rest.slice(1);
  }
}
