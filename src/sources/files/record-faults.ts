import type { RecordFault } from '../../job/fault.js';

/** Why a record of any format can't be read. The sentences name no values: they are logged. */

export const RECORD_TOO_LONG: RecordFault = {
  code: 'record_too_long',
  message: 'the record is longer than source.maxRecordSize',
};
export const INVALID_UTF8: RecordFault = {
  code: 'invalid_utf8',
  message: 'the record is not valid UTF-8; if the file is in another encoding, set source.encoding',
};
