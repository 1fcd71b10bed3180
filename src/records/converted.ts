import type { RecordFault } from '../job/fault.js';
import type { Message } from '../job/message.js';
import type { FILTERED } from './transform/filter.js';

/** What becomes of a record: a message, nothing as the job's filter leaves it out, or why it can't be one. */
export type Converted = Message | RecordFault | typeof FILTERED;
