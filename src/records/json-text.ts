import type { RecordFault } from '../job/fault.js';
import { notScalar, type Use } from './message/template-text.js';

/** A JSON value as text: what a string holds, null, and anything else as it stands. */
export function stringText(json: string, field: string): string | null | RecordFault {
  if (json === 'null') return null;
  if (!json.startsWith('"')) return json;
  const text = JSON.parse(json) as string;
  // Half a surrogate pair, written as \uD800, has no form in UTF-8: it would silently become another character.
  if (text.isWellFormed()) return text;
  return { code: 'not_unicode', message: `the text of ${JSON.stringify(field)} has half a surrogate pair` };
}

/** A JSON value as a part of a text, such as a key; objects and arrays are none. */
export function jsonText(json: string, use: Use, field: string): string | null | RecordFault {
  if (json.startsWith('{') || json.startsWith('[')) return notScalar(use, field);
  return stringText(json, field);
}
