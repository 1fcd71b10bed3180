import type { Sink } from '../job/schema/sink.js';

/** What RocketMQ calls the type of a message, and of the topic that takes it. */
export type MessageType = 'NORMAL' | 'DELAY' | 'FIFO';

export function messageType({ delay, order }: Partial<Pick<Sink, 'delay' | 'order'>>): MessageType {
  if (order === 'key') return 'FIFO';
  return delay === undefined ? 'NORMAL' : 'DELAY';
}

/** Types of topics that take messages of any type. */
const ANY: readonly string[] = ['MIXED', 'UNSPECIFIED'];

/** Whether a topic takes messages of a type; one without a type, as all are in 4.x, takes any. */
export const takesType = (topicType: string | undefined, type: MessageType): boolean =>
  topicType === undefined || topicType === type || ANY.includes(topicType);
