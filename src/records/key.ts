import type { RecordFault } from '../job/fault.js';

/** Keys of a message are separated by spaces, so none may stand within one. */
const WHITE_SPACE = /\s/gu;

/** The part of a key that a value makes: white space percent-encoded, all else as it is. */
export function keyPart(value: string): string {
  // The test spares the common value a copy.
  return /\s/u.test(value) ? value.replaceAll(WHITE_SPACE, encodeURIComponent) : value;
}

export const KEY_SEPARATOR = ':';

export function keyFault(field: string): RecordFault {
  return { code: 'key_missing', message: `the key field ${JSON.stringify(field)} has no value` };
}
