import { type Sink, transportOf } from '../job/schema/sink.js';
import { messageType } from './message-type.js';

/**
 * Whether brokers can be asked what has arrived, and it means that a message needs not be sent again when they have it. A delayed one
 * can't be found by its key before it is delivered, and one that is found need not be replicated.
 */
export const canBeAsked = (sink: Sink): boolean =>
  transportOf(sink) === 'nameserver' && messageType(sink) !== 'DELAY' && sink.acknowledge === 'stored';
