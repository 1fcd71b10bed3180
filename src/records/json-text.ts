import type { RecordFault } from '../job/fault.js';

/** A JSON value as text: what a string holds, null, and anything else as it stands. */
export function stringText(json: string, field: string): string | null | RecordFault {
  if (json === 'null') return null;
  if (!json.startsWith('"')) return json;
  const text = JSON.parse(json) as string;
  // Half a surrogate pair, written as \uD800, has no form in UTF-8: it would silently become another character.
  if (text.isWellFormed()) return text;
  return { code: 'not_unicode', message: `the text of ${JSON.stringify(field)} has half a surrogate pair` };
}
