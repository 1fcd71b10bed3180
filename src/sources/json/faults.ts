import type { RecordFault } from '../../job/fault.js';
import { RECORD_TOO_LONG } from '../files/record-faults.js';

export const UNCLOSED: RecordFault = {
  code: 'unclosed',
  message: 'the file ends, or another document starts, before what stands here, or what holds it, is closed',
};
export const EMPTY_ELEMENT: RecordFault = {
  code: 'empty_element',
  message: 'a comma stands here with no element before it, or none after the one before',
};
export const MISSING_COMMA: RecordFault = {
  code: 'missing_comma',
  message: 'no comma stands between this element or member and the one before it',
};
export const MISSING_NAME: RecordFault = {
  code: 'missing_name',
  message: 'something else stands here than the name of a member in double quotes',
};
export const INVALID_NAME: RecordFault = {
  code: 'invalid_name',
  message: 'the name of a member has a backslash in it that is none of the escapes of JSON',
};
export const MISSING_COLON: RecordFault = {
  code: 'missing_colon',
  message: 'no colon stands behind the name of a member',
};
export const MISSING_VALUE: RecordFault = {
  code: 'missing_value',
  message: 'a member has no value',
};
export const OPEN_STRING: RecordFault = {
  code: 'open_string',
  message: 'a line ends inside a string',
};
export const UNEXPECTED_TEXT: RecordFault = {
  code: 'unexpected_text',
  message: 'something stands here that no JSON document begins with',
};
export const PATH_NOT_FOUND: RecordFault = {
  code: 'path_not_found',
  message:
    'source.recordPath leads nowhere: a member is missing or null, or another kind of value stands on the way',
};
/** Of a value that is a record as a whole. */
export const SINGLE_TOO_LONG: RecordFault = {
  ...RECORD_TOO_LONG,
  message: `${RECORD_TOO_LONG.message}; if it is a document with the records inside, tell where by source.recordPath`,
};
