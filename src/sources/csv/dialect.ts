import type { CsvSource } from '../../job/schema/source.js';
import { type LineEnd, lineEndOf } from './line-end.js';

/** The bytes that take a CSV file apart, all of them ASCII: in UTF-8 they are never part of another character. */
export interface Dialect {
  /** Differs from the others; the job's schema sees to that. */
  readonly delimiter: number;
  readonly quote: number;
  /** What takes the meaning from the next character inside a quoted field; the quote itself unless given. */
  readonly escape: number;
  /** What a line starts with that is passed over; -1 if there are no such lines. */
  readonly comment: number;
  readonly lineEnd: LineEnd;
}

export function dialectOf(spec: CsvSource): Dialect {
  const { delimiter, quote, escape: escaper = quote, comment } = spec;
  return {
    delimiter: delimiter.charCodeAt(0),
    quote: quote.charCodeAt(0),
    escape: escaper.charCodeAt(0),
    comment: comment?.charCodeAt(0) ?? -1,
    lineEnd: lineEndOf(spec),
  };
}

/** The characters that take a file apart, but for the line ends. */
export function syntaxOf({
  delimiter,
  quote,
  escape: escaper = '',
  comment = '',
  lineEnd,
}: CsvSource): string {
  return delimiter + quote + escaper + comment + (lineEnd.length === 1 ? lineEnd : '');
}
