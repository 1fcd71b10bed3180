/** The jobs of examples/, as they stand there. */
import { readdir } from 'node:fs/promises';
import { expect, inject, it } from 'vitest';
import { loadJobFile } from '../../src/client/load-job-file.js';
import { ensureTopic } from '../../src/dev/topics.js';
import { withEndpoints } from '../../src/job/parse.js';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench();
const stack = inject('stack');

interface Expected {
  /** The topics, where there are many. */
  readonly topics?: readonly string[];
  readonly records: { readonly read: number; readonly written: number; readonly filtered: number };
  readonly messages: number;
  /** One of the bodies. */
  readonly body: string;
  readonly topicType?: 'DELAY';
}

const EXAMPLES: Readonly<Record<string, Expected>> = {
  'customers.yaml': {
    records: { read: 12, written: 12, filtered: 0 },
    messages: 12,
    body: '1003,Chen Wei,成都,true,""',
  },
  'events.ndjson.yaml': {
    records: { read: 12, written: 12, filtered: 0 },
    messages: 12,
    body: '{"id": 9007199254740993, "kind": "signed_in", "user": "u-100", "at": "2025-03-01T08:10:00.123456Z", "details": {"page": "/p/0"}}',
  },
  'products.json.yaml': {
    records: { read: 12, written: 12, filtered: 0 },
    messages: 12,
    body: '{"id":"P-003","name":"Kettle","price":120.0,"stock":6,"origin":"catalogue"}',
  },
  'payments.yaml': {
    records: { read: 4, written: 3, filtered: 1 },
    messages: 2,
    body: '[{"id":"P-1004","paid_at":"2026-11-21T00:00:00.000001+08:00","customer":"陈杰 \\"小杰\\"","card":"***************2110","amount":77.07}]',
  },
  'tickets.json.yaml': {
    records: { read: 3, written: 3, filtered: 0 },
    messages: 3,
    body: '{ "id": 7003, "queue": "billing", "text": "Paid, and reminded", "wait_seconds": 2 }',
    topicType: 'DELAY',
  },
  'tables.ndjson.yaml': {
    topics: ['shop-items', 'shop-orders'],
    records: { read: 5, written: 5, filtered: 0 },
    messages: 5,
    body: '{"id":9003,"customer":1003,"total":0.99}',
  },
};

it('every example is run by a test', async () => {
  const jobs = (await readdir('examples')).filter((name) => name.endsWith('.yaml'));
  // What orders.yaml reads is made by `npm run demo`.
  expect(jobs.filter((name) => name !== 'orders.yaml').sort()).toEqual(Object.keys(EXAMPLES).sort());
});

it.each(Object.entries(EXAMPLES))('examples/%s', async (name, expected) => {
  const { records, messages, body, topicType } = expected;
  const job = withEndpoints(await loadJobFile(`examples/${name}`), stack.rocketmq.endpoints);
  const { topics = [job.job.sink.topic] } = expected;
  for (const topic of topics) await ensureTopic(stack, topicType ? `${topic}:${topicType}` : topic);
  const report = await bench.run(job);
  expect(report).toMatchObject({ state: 'completed', records: { ...records, dirty: 0 }, messages });
  const counts = () => Promise.all(topics.map((topic) => countTopic(stack, topic)));
  await until(async () => (await counts()).reduce((sum, count) => sum + count, 0) >= messages);
  const stored = await Promise.all(topics.map((topic) => readTopic(stack, topic)));
  const bodies = stored.flat().map((message) => message.body.toString());
  expect(bodies).toHaveLength(messages);
  expect(bodies).toContain(body);
});
