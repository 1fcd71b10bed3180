import { ask, REQUEST } from '../dist/dev/remoting.js';
import type { Stack } from '../dist/dev/stack.js';

/** Queues of a topic, as `createTopic` makes it. */
const QUEUES = 8;

/**
 * How many messages of a topic the broker had stored before a time, by the times that it gave them itself.
 * @param time epoch milliseconds; the broker must have stored something since
 */
export async function storedBefore({ rocketmq }: Stack, topic: string, time: number): Promise<number> {
  const offsets = await Promise.all(
    Array.from({ length: QUEUES }, async (_, queueId) => {
      const fields = { topic, queueId, timestamp: Math.round(time) };
      const { code, remark, extFields } = await ask(rocketmq.brokerAddr, REQUEST.searchOffset, fields);
      if (code !== 0 || !extFields) throw new Error(`offset of ${topic}:${queueId}: ${code} ${remark}`);
      return Number(extFields.offset);
    }),
  );
  return offsets.reduce((sum, offset) => sum + offset, 0);
}
