import type { CsvSource } from '../../job/schema/source.js';
import { dialectOf } from './dialect.js';

/** Tells for every field of a well-formed record whether it stands in quotes. */
export function quotedFields(raw: Buffer, spec: CsvSource): boolean[] {
  const { delimiter, quote, escape: escaper } = dialectOf(spec);
  const fields: boolean[] = [];
  for (let at = 0; at <= raw.length; at++) {
    const isQuoted = raw[at] === quote;
    fields.push(isQuoted);
    if (isQuoted) at = afterClosingQuote(raw, at + 1, quote, escaper);
    while (at < raw.length && raw[at] !== delimiter) at++;
  }
  return fields;
}

function afterClosingQuote(raw: Buffer, from: number, quote: number, escaper: number): number {
  for (let at = from; at < raw.length; at++) {
    if (raw[at] === escaper && (escaper !== quote || raw[at + 1] === quote)) at++;
    else if (raw[at] === quote) return at + 1;
  }
  return raw.length;
}
