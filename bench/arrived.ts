import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../dist/dev/run.js';
import type { Stack } from '../dist/dev/stack.js';

/** How often the same too low count must be seen before it counts as final. */
const LOOKS = 10;
const PAUSE_MS = 500;

/** Messages that a topic has ever taken, by the offsets that RocketMQ's own tool finds in the broker. */
async function countTopic({ rocketmq }: Stack, topic: string, home: string): Promise<number> {
  const tool = [`-Duser.home=${home}`, '-cp', join(rocketmq.jars, '*')];
  const question = ['topicStatus', '-n', rocketmq.namesrvAddr, '-t', topic];
  const output = await run('java', [
    ...tool,
    'org.apache.rocketmq.tools.command.MQAdminStartup',
    ...question,
  ]);
  // Broker, queue, least and greatest offset.
  const queues = [...output.matchAll(/^\S+ +\d+ +\d+ +(\d+)/gm)];
  if (queues.length === 0) throw new Error(`topicStatus of ${topic} shows no queue:\n${output}`);
  return queues.reduce((sum, [, offset]) => sum + Number(offset), 0);
}

/**
 * Waits until the topic holds so many messages: the broker acknowledges before it counts.
 * @throws when it holds more, or less for good
 */
export async function holds(stack: Stack, topic: string, home: string, expected: number): Promise<void> {
  let last = -1;
  for (let same = 0; same < LOOKS && last <= expected; await delay(PAUSE_MS)) {
    const count = await countTopic(stack, topic, home);
    if (count === expected) return;
    same = count === last ? same + 1 : 0;
    last = count;
  }
  throw new Error(`${topic} holds ${last} messages, and not ${expected}`);
}
