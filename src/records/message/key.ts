import type { RecordFault } from '../../job/fault.js';
import type { Sink } from '../../job/schema/sink.js';
import { parseTemplate, type Template } from '../../job/template.js';
import { type Fields, templateText } from './template-text.js';

/** Keys of a message are separated by spaces, so none may stand within one; control characters are refused. */
const UNFIT = /[\s\p{Cc}]/u;
const ALL_UNFIT = /[\s\p{Cc}]/gu;

/** The part of a key that a value makes: white space and control characters percent-encoded, all else as it is. */
function keyPart(value: string): string {
  // The test spares the common value a copy.
  return UNFIT.test(value) ? value.replaceAll(ALL_UNFIT, encodeURIComponent) : value;
}

const KEY_SEPARATOR = ':';

/** The key of a record, by `sink.key` or `sink.keyFields`; undefined if the job has neither. */
export function keyText<R>(
  { key, keyFields }: Sink,
  fields: Fields<R>,
): ((record: R) => string | RecordFault) | undefined {
  const template = key === undefined ? keyFields && joined(keyFields) : parseTemplate(key);
  if (!template) return undefined;
  return templateText(template, fields, {
    where: key === undefined ? 'sink.keyFields' : 'sink.key',
    part: 'key',
    missing: keyMissing,
    emptyIsMissing: true,
    encode: keyPart,
  });
}

function joined(keyFields: readonly string[]): Template {
  return keyFields.flatMap((field, index) => (index === 0 ? [{ field }] : [KEY_SEPARATOR, { field }]));
}

function keyMissing(field: string): RecordFault {
  return { code: 'key_missing', message: `the key field ${JSON.stringify(field)} has no value` };
}
