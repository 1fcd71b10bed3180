import type { Sink } from '../job/schema/sink.js';

/** What RocketMQ calls the type of a message, and of the topic that takes it. */
export type MessageType = 'NORMAL' | 'DELAY' | 'FIFO';

export function messageType({ delay, order }: Sink): MessageType {
  if (order === 'key') return 'FIFO';
  return delay === undefined ? 'NORMAL' : 'DELAY';
}
