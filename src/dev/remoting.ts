import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { addAbortSignal } from 'node:stream';
import type { Account } from './accounts.js';

/**
 * What is asked of a name server or a broker, by RocketMQ's request codes. (`org.apache.rocketmq.remoting.protocol.RequestCode`;
 * its own admin tool asks the same, and takes a JVM and some seconds for it.)
 */
export const REQUEST = {
  updateTopic: 17,
  updateBrokerConfig: 25,
  searchOffset: 29,
  deleteTopicInBroker: 215,
  deleteTopicInNamesrv: 216,
  getTopicConfig: 351,
  createUser: 3001,
  updateUser: 3002,
  createAcl: 3006,
  updateAcl: 3007,
} as const;

export interface RemotingAnswer {
  /** 0 is success. */
  readonly code: number;
  /** What is wrong, where something is. */
  readonly remark?: string;
  /** What was asked for, where that is a few words. */
  readonly extFields?: Readonly<Record<string, string>>;
}

export interface AskOptions {
  /** @default '' */
  readonly body?: string;
  /** Who asks. @default nobody, which servers without access control allow */
  readonly account?: Account;
}

const ANSWERS_WITHIN_MS = 10_000;

/**
 * Asks one question by RocketMQ's remoting protocol, on a connection of its own. A frame is: the length of all that follows,
 * the header's length, the header as JSON, the body.
 * @param address `host:port`
 * @throws when nobody answers within ten seconds
 */
export async function ask(
  address: string,
  code: (typeof REQUEST)[keyof typeof REQUEST],
  fields: Readonly<Record<string, string | number | boolean>>,
  { body = '', account }: AskOptions = {},
): Promise<RemotingAnswer> {
  const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  const extFields = account ? signed(texts, body, account) : texts;
  const header = Buffer.from(
    JSON.stringify({ code, language: 'OTHER', version: 0, opaque: 1, flag: 0, extFields }),
  );
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(4 + header.length + Buffer.byteLength(body), 0);
  lengths.writeUInt32BE(header.length, 4);

  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  addAbortSignal(AbortSignal.timeout(ANSWERS_WITHIN_MS), socket);
  await once(socket, 'connect');
  socket.write(Buffer.concat([lengths, header, Buffer.from(body)]));
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    if (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
      // The first byte of the header's length says how it is written: 0 is JSON.
      return JSON.parse(received.toString('utf8', 8, 8 + received.readUInt32BE(4))) as RemotingAnswer;
    }
  }
  throw new Error(`${address} closed the connection without an answer.`);
}

/** The fields with who asks, and the proof: over all values in the order of their names, and the body. */
export function signed(
  fields: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  { accessKey, secretKey }: Account,
): Record<string, string> {
  const all: Record<string, string> = { ...fields, AccessKey: accessKey };
  const hmac = createHmac('sha1', secretKey);
  for (const name of Object.keys(all).sort()) hmac.update(all[name]);
  return { ...all, Signature: hmac.update(body).digest('base64') };
}
