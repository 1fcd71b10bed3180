import { z } from 'zod';
import type { Answer, Request } from './connection.js';
import type { Connections } from './connections.js';
import { parseLooseJson } from './loose-json.js';
import { ANSWER, REQUEST } from './protocol.js';
import { RefusedError } from './remoting-error.js';

/** What brokers answer that keep something to themselves: the account may not know, or they are older than the question. */
const UNTOLD: readonly number[] = [ANSWER.noPermission, ANSWER.notSupported];

/** What of a broker's settings matters here. */
export interface BrokerSettings {
  /** The largest body, and the largest request, that it takes, in bytes. */
  readonly maxMessageBytes?: number;
  /** Whether messages can be found by their keys. */
  readonly indexesKeys?: boolean;
  /** Whether it delivers messages at a given time. One of 4.x knows of no such time, and delivers at once. */
  readonly deliversLater?: boolean;
}

/** A queue and what it holds. */
export interface QueueOffsets {
  readonly queue: number;
  /** The first message that is still there. */
  readonly min: number;
  /** Where the next message will stand. */
  readonly max: number;
}

/**
 * What a broker says, or undefined where it won't tell.
 * @throws RefusedError where it says that something is wrong, RemotingError where it says nothing
 */
async function told(
  connections: Connections,
  address: string,
  request: Request,
): Promise<Answer | undefined> {
  return toldBy(await connections.ask(address, request));
}

/** The same of an answer that is there. @throws RefusedError where it says that something is wrong */
export function toldBy(answer: Answer): Answer | undefined {
  if (answer.code === ANSWER.ok) return answer;
  if (UNTOLD.includes(answer.code)) return undefined;
  throw new RefusedError(answer.code, answer.remark);
}

/**
 * The type of messages that a topic is for, as RocketMQ calls it.
 * @returns undefined for a topic without one, as all are in 4.x, and where the broker won't tell
 */
export async function topicType(
  connections: Connections,
  address: string,
  topic: string,
): Promise<string | undefined> {
  const answer = await told(connections, address, { code: REQUEST.getTopicConfig, fields: { topic } });
  const config = answer && topicConfig.safeParse(parseLooseJson(answer.body.toString()));
  return config?.data?.attributes?.[TYPE];
}

const TYPE = 'message.type';
const topicConfig = z.object({ attributes: z.record(z.string(), z.string()).nullish() });

/** How a broker is set up; empty where it won't tell. */
export async function brokerSettings(connections: Connections, address: string): Promise<BrokerSettings> {
  const answer = await told(connections, address, { code: REQUEST.getBrokerConfig });
  if (!answer) return {};
  const properties = parseProperties(answer.body.toString());
  const { maxMessageSize, messageIndexEnable, timerWheelEnable } = properties;
  return {
    ...(/^\d+$/.test(maxMessageSize ?? '') && { maxMessageBytes: Number(maxMessageSize) }),
    ...(messageIndexEnable !== undefined && { indexesKeys: messageIndexEnable === 'true' }),
    deliversLater: timerWheelEnable === 'true',
  };
}

/** Lines of `name=value`. */
function parseProperties(text: string): Partial<Record<string, string>> {
  const pairs = text.split(/\r?\n/).map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

/**
 * What a queue holds.
 * @returns undefined where the broker won't tell
 */
export async function queueOffsets(
  connections: Connections,
  address: string,
  topic: string,
  queue: number,
): Promise<QueueOffsets | undefined> {
  const fields = { topic, queueId: queue };
  const [min, max] = await Promise.all([
    told(connections, address, { code: REQUEST.getMinOffset, fields }),
    told(connections, address, { code: REQUEST.getMaxOffset, fields }),
  ]);
  if (!min || !max) return undefined;
  return { queue, min: Number(min.fields.offset), max: Number(max.fields.offset) };
}
