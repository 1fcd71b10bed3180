import type { CsvBody } from '../../job/schema/sink.js';

/** Writes one field of a CSV body; undefined where it would need quotes and the job wants none. */
export type CsvField = (text: string | null) => string | undefined;

/**
 * How the fields of CSV bodies are written (RFC 4180, but for the delimiter and what stands for null). Null is `nullText`
 * without quotes; text that is the same stands in quotes, so that the two can be told apart.
 */
export function csvField({ delimiter, quoting, nullText }: CsvBody): CsvField {
  if (quoting === 'all') return (text) => (text === null ? nullText : quoted(text));
  const special = new RegExp(`["\\r\\n${delimiter.replace(/[\\\]^-]/, '\\$&')}]`, 'u');
  if (quoting === 'none') {
    return (text) => (text === null ? nullText : text === nullText || special.test(text) ? undefined : text);
  }
  return (text) => {
    if (text === null) return nullText;
    return text === '' || text === nullText || special.test(text) ? quoted(text) : text;
  };
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
