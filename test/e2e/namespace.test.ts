import { randomUUID } from 'node:crypto';
import { expect, inject, it } from 'vitest';
import { createTopic } from '../../src/dev/topics.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');
const { namesrvAddr } = stack.rocketmq;

it.each(['proxy', 'nameserver'] as const)(
  'a topic of a namespace is filled, by the %s',
  async (transport) => {
    const topic = `t-${randomUUID()}`;
    const full = `shop%${topic}`;
    await createTopic(stack, full);
    const path = await bench.file(`${topic}.csv`, 'id\n1\n2\n3\n');
    const sink = { namespace: 'shop', topic, namesrvAddr, transport };
    const job = bench.job({ source: { type: 'csv', path }, sink, verify: 'sample' });
    expect(await bench.run(job)).toMatchObject({
      state: 'completed',
      records: { written: 3 },
      verified: { arrived: 3, sampled: 3 },
    });
    const bodies = (await readTopic(stack, full)).map(({ body }) => body.toString()).sort();
    expect(bodies).toEqual(['{"id":"1"}', '{"id":"2"}', '{"id":"3"}']);
  },
);
