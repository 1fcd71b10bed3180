import { expect, inject, it } from 'vitest';
import { CLOSED_PORT } from '../cli/cli.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');
const { endpoints } = stack.rocketmq;

it.each([
  ['the first can not be reached', `${CLOSED_PORT};127.0.0.1:2;${endpoints}`],
  ['all can be reached, also by name', `${endpoints};${endpoints.replace('127.0.0.1', 'localhost')}`],
])('a job names several proxies, and %s', async (_, several) => {
  const topic = await bench.topic();
  const path = await bench.file(`${topic}.csv`, 'id\n1\n2\n3\n');
  const job = bench.job({ source: { type: 'csv', path }, sink: { topic, endpoints: several } });
  expect(await bench.run(job)).toMatchObject({ state: 'completed', records: { written: 3 } });
  expect(await readTopic(stack, topic)).toHaveLength(3);
});
