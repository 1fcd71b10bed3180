import { expect, it } from 'vitest';
import { validateJobDocument } from '../../src/job/parse.js';
import { NOTHING } from '../../src/job/report.js';
import type { Partition } from '../../src/sources/source.js';
import { addPartition, initialState, type State } from '../../src/workflows/state.js';
import { addTopics, topicsAtRest, unknownTopic } from '../../src/workflows/topics.js';

const job = validateJobDocument({
  name: 'shop',
  source: { type: 'ndjson', path: '/shop/*' },
  sink: { endpoints: 'localhost:8081', namespace: 'eu', topic: '${table}' },
});

/** Names that objects have of their own are topics as well. */
const TOPICS = ['orders', '__proto__', 'constructor'].map((topic) => ({ topic }));

function stateOf(topics: readonly { readonly topic: string }[]): State {
  const state = initialState(0, 'shop/run');
  state.validated = { job, sourceBytes: 0, topics, warnings: [] };
  addTopics(state, topics);
  return state;
}

const partition = (index: number, table: string): Partition => ({
  index,
  input: `/shop/${table}.ndjson`,
  table: { database: 'shop', table },
  label: table,
  sourceBytes: 1,
  start: 0,
  spec: {},
});

const sent = (messages: number, duplicatesAtMost = 0) => ({ ...NOTHING, messages, duplicatesAtMost });

it('counts for each topic what its partitions sent, those included that wait', () => {
  const state = stateOf(TOPICS);
  const done = (index: number, table: string, messages: number, duplicates?: number) =>
    addPartition(state, partition(index, table), { ...sent(messages, duplicates), position: 9, done: true });
  done(0, 'orders', 10);
  done(1, '__proto__', 20, 2);
  done(2, 'orders', 5, 1);
  state.waiting = [
    { partition: partition(3, 'constructor'), from: { ...sent(7), position: 3, done: false } },
    { partition: partition(4, 'orders') },
  ];
  expect(topicsAtRest(state).map(({ topic, sent }) => [topic, sent.messages, sent.duplicatesAtMost])).toEqual(
    [
      ['orders', 15, 1],
      ['__proto__', 20, 2],
      ['constructor', 7, 0],
    ],
  );
  // What waits is counted when it is done, and not before.
  expect(state.topics[2].sent.messages).toBe(0);
});

it('goes on with what is known of a topic when a retry finds it again', () => {
  const state = stateOf([]);
  addTopics(state, [{ topic: 'orders', ends: { a: [1] } }]);
  addPartition(state, partition(0, 'orders'), { ...sent(4), position: 9, done: true });
  addTopics(state, [
    { topic: 'orders', ends: { a: [5] } },
    { topic: 'more', ends: { a: [0] } },
  ]);
  expect(state.topics).toEqual([
    { topic: 'orders', ends: { a: [1] }, sent: { messages: 4, duplicatesAtMost: 0 } },
    { topic: 'more', ends: { a: [0] }, sent: { messages: 0, duplicatesAtMost: 0 } },
  ]);
});

it('knows no topic of a file that came after the run was validated', () => {
  const state = stateOf(TOPICS);
  expect(unknownTopic(state, job, [partition(0, 'orders'), partition(1, 'constructor')])).toBeUndefined();
  expect(unknownTopic(state, job, [partition(0, 'orders'), partition(1, 'late')])).toMatchObject({
    code: 'input_changed',
    fault: 'user',
    message: expect.stringMatching(/late\.ndjson.* topic eu%late /),
  });
});
