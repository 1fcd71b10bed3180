const NEEDS_QUOTES = /[",\r\n]/;

/**
 * A field of a CSV body, quoted where it must be (RFC 4180). Null is nothing at all, empty text a pair of quotes, so
 * that the two can be told apart.
 */
export function csvField(text: string | null): string {
  if (text === null) return '';
  if (text === '') return '""';
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
