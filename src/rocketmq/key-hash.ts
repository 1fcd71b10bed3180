/**
 * Which of `count` places a key has: by Java's hash of a text, as RocketMQ's own `SelectMessageQueueByHash` does it, so that
 * other producers may send to the same queues.
 */
export function placeOf(key: string, count: number): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(31, hash) + key.charCodeAt(i)) | 0;
  return Math.abs(hash % count);
}
