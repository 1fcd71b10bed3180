/**
 * Numbers of RocketMQ's remoting protocol that this transport speaks (apache/rocketmq, `RequestCode` and
 * `ResponseCode`). They are the same from 4.x on.
 */
export const REQUEST = {
  pullMessage: 11,
  queryMessage: 12,
  updateTopic: 17,
  getBrokerConfig: 26,
  getBrokerRuntimeInfo: 28,
  searchOffset: 29,
  getMaxOffset: 30,
  getMinOffset: 31,
  heartbeat: 34,
  getRoute: 105,
  getClusterInfo: 106,
  getAllTopics: 206,
  sendMessage: 310,
  sendBatch: 320,
  getTopicConfig: 351,
} as const;

export type RequestCode = (typeof REQUEST)[keyof typeof REQUEST];

export const ANSWER = {
  ok: 0,
  systemError: 1,
  systemBusy: 2,
  notSupported: 3,
  flushDiskTimeout: 10,
  slaveNotAvailable: 11,
  flushSlaveTimeout: 12,
  messageIllegal: 13,
  serviceNotAvailable: 14,
  noPermission: 16,
  topicNotExist: 17,
  pullNotFound: 19,
  pullRetryImmediately: 20,
  pullOffsetMoved: 21,
  queryNotFound: 22,
  groupNotExist: 26,
  invalidParameter: 29,
  flowControl: 215,
  notLeaderForQueue: 501,
  goAway: 1500,
} as const;

/** Bits of a queue's permission (`PermName`). */
export const PERMISSION = { write: 2, read: 4 } as const;

/** What a message's system flag says of a body that is compressed by zlib (`MessageSysFlag`). */
export const COMPRESSED_BY_ZLIB = 0x301;

/** Between a property's name and its value, and behind a property, in the text of all (`MessageDecoder`). */
export const NAME_END = '\u0001';
export const PROPERTY_END = '\u0002';

/** The consumer group of RocketMQ's own tools: every broker has it from its start, also one that makes no groups by itself. */
export const TOOLS_GROUP = 'TOOLS_CONSUMER';
