import { expect, test } from 'vitest';
import { fullTopic } from '../../src/job/full-topic.js';

// As RocketMQ's own NamespaceUtil answers.
test.each([
  [{ topic: 'orders' }, 'orders'],
  [{ topic: 'orders', namespace: 'shop' }, 'shop%orders'],
  [{ topic: 'shop%orders', namespace: 'shop' }, 'shop%orders'],
  [{ topic: 'other%orders', namespace: 'shop' }, 'shop%other%orders'],
  [{ topic: 'shopping', namespace: 'shop' }, 'shop%shopping'],
])('%j is %s', (name, full) => {
  expect(fullTopic(name)).toBe(full);
});
