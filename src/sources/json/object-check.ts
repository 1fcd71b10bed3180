import { isAscii, isUtf8 } from 'node:buffer';
import type { RecordFault } from '../../job/fault.js';
import { isTooDeep, MAX_JSON_DEPTH } from '../../job/json-depth.js';
import type { RecordBytes } from '../files/cut.js';
import { INVALID_UTF8 } from '../files/record-faults.js';

const INVALID_JSON: RecordFault = { code: 'invalid_json', message: 'the record is not valid JSON' };
const TOO_DEEP: RecordFault = {
  code: 'too_deep',
  message: `the record has more than ${MAX_JSON_DEPTH} arrays and objects in one another`,
};
const NOT_AN_OBJECT: RecordFault = {
  code: 'not_an_object',
  message: 'the record is JSON, but not an object with named values',
};

/**
 * Checks that each record of a cut is a JSON object, and adds the faults of those that are not.
 * What is parsed is thrown away: numbers would lose digits in it. Only the bytes go on.
 */
export function checkObjects({ buffer, starts, ends }: RecordBytes, faults: Map<number, RecordFault>): void {
  const region = buffer.subarray(starts[0], ends[ends.length - 1]);
  const encoding = isAscii(region) ? 'latin1' : 'utf8';
  const allValid = encoding === 'latin1' || isUtf8(region);
  for (let i = 0; i < starts.length; i++) {
    if (faults.size > 0 && faults.has(i)) continue;
    const fault =
      allValid || isUtf8(buffer.subarray(starts[i], ends[i]))
        ? objectFault(buffer.toString(encoding, starts[i], ends[i]))
        : INVALID_UTF8;
    if (fault) faults.set(i, fault);
  }
}

function objectFault(text: string): RecordFault | undefined {
  if (isTooDeep(text)) return TOO_DEEP;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? undefined : NOT_AN_OBJECT;
  } catch (error) {
    if (error instanceof SyntaxError) return INVALID_JSON;
    throw error;
  }
}
