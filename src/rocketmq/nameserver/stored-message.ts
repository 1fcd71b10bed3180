import { NAME_END, PROPERTY_END } from './protocol.js';
import { RemotingError } from './remoting-error.js';

/** Messages of one key that are looked at, the newest ones: those of earlier runs over the same input have the same. */
const MOST_OF_A_KEY = 32;
/** What an answer with them may have, in bytes, well below the largest frame; and what stands around a body in it, at most. */
const ANSWER_BYTES = 8 * 1024 * 1024;
const AROUND_BODY_BYTES = 64 * 1024;

/** How many messages of a key may be asked for so that they surely fit into one answer, if they are as long as one of `bytes`. */
export const mostOfAKey = (bytes: number): number =>
  Math.max(1, Math.min(MOST_OF_A_KEY, Math.floor(ANSWER_BYTES / (bytes + AROUND_BODY_BYTES))));

/** A message as a broker holds it. */
export interface StoredMessage {
  readonly queueId: number;
  readonly queueOffset: number;
  /** Where it begins in the broker's log, in bytes. */
  readonly physicalOffset: number;
  /** When the broker stored it, in milliseconds since 1970. */
  readonly storedAt: number;
  /** Its bits tell how the body is compressed, if it is. */
  readonly sysFlag: number;
  readonly body: Buffer;
  readonly properties: Readonly<Record<string, string>>;
}

/** Bits of a message's system flag that make its addresses those of IPv6. */
const BORN_HOST_V6 = 0x10;
const STORE_HOST_V6 = 0x20;
const V6_EXTRA_BYTES = 12;

/** Where fields stand, with addresses of IPv4 (apache/rocketmq, `MessageDecoder`). */
const AT = {
  magic: 4,
  queueId: 12,
  queueOffset: 20,
  physicalOffset: 28,
  sysFlag: 36,
  // With an address of IPv6 of who sent it, so much later.
  storedAt: 56,
  bodyLength: 84,
} as const;

/** Of messages whose topic's length takes two bytes; one for others. */
const MAGIC_LONG_TOPIC = -626843477;

/** Length of a message without body, topic and properties. */
const SHORTEST = 91;

/**
 * Messages one behind the other, as brokers answer them.
 * @throws RemotingError if they are none
 */
export function* storedMessages(buffer: Buffer): Generator<StoredMessage> {
  for (let at = 0; at < buffer.length; ) {
    const end = at + (buffer.length - at < SHORTEST ? 0 : buffer.readUInt32BE(at));
    if (end < at + SHORTEST || end > buffer.length) {
      throw new RemotingError('not_a_frame', 'what came in place of messages is none');
    }
    yield storedMessage(buffer.subarray(at, end));
    at = end;
  }
}

function storedMessage(message: Buffer): StoredMessage {
  const sysFlag = message.readUInt32BE(AT.sysFlag);
  const extra = [BORN_HOST_V6, STORE_HOST_V6].filter((bit) => sysFlag & bit).length * V6_EXTRA_BYTES;
  const bodyLengthAt = AT.bodyLength + extra;
  const bodyAt = bodyLengthAt + 4;
  const topicAt = bodyAt + message.readUInt32BE(bodyLengthAt);
  const hasLongTopic = message.readInt32BE(AT.magic) === MAGIC_LONG_TOPIC;
  const topicEnd = hasLongTopic
    ? topicAt + 2 + message.readUInt16BE(topicAt)
    : topicAt + 1 + message.readUInt8(topicAt);
  const propertiesAt = topicEnd + 2;
  const propertiesEnd = propertiesAt + message.readUInt16BE(topicEnd);
  return {
    queueId: message.readUInt32BE(AT.queueId),
    queueOffset: Number(message.readBigInt64BE(AT.queueOffset)),
    physicalOffset: Number(message.readBigInt64BE(AT.physicalOffset)),
    sysFlag,
    storedAt: Number(message.readBigInt64BE(AT.storedAt + (sysFlag & BORN_HOST_V6 ? V6_EXTRA_BYTES : 0))),
    body: message.subarray(bodyAt, topicAt),
    properties: parseProperties(message.toString('utf8', propertiesAt, propertiesEnd)),
  };
}

/** The properties of a message by their names. */
export function parseProperties(text: string): Readonly<Record<string, string>> {
  const properties: Record<string, string> = Object.create(null);
  for (const property of text.split(PROPERTY_END)) {
    const end = property.indexOf(NAME_END);
    if (end > 0) properties[property.slice(0, end)] = property.slice(end + 1);
  }
  return properties;
}
