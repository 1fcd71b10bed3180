import type { Sink } from '../job/schema/sink.js';

/** What RocketMQ calls the type of a message, and of the topic that takes it. */
export type MessageType = 'NORMAL' | 'DELAY';

export const messageType = ({ delay }: Sink): MessageType => (delay === undefined ? 'NORMAL' : 'DELAY');
