import type { CsvSource } from '../../job/source-schema.js';

export const LF = 0x0a;
export const CR = 0x0d;

/** The bytes that take a CSV file apart, all of them ASCII: in UTF-8 they are never part of another character. */
export interface Dialect {
  /** Differs from the others; the job's schema sees to that. */
  readonly delimiter: number;
  readonly quote: number;
  /** What takes the meaning from the next character inside a quoted field; the quote itself unless given. */
  readonly escape: number;
}

export function dialectOf({ delimiter, quote, escape: escaper = quote }: CsvSource): Dialect {
  return {
    delimiter: delimiter.charCodeAt(0),
    quote: quote.charCodeAt(0),
    escape: escaper.charCodeAt(0),
  };
}
