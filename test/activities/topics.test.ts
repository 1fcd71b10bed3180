import { expect, it } from 'vitest';
import { topicsOf } from '../../src/activities/topics.js';
import { validateJobDocument } from '../../src/job/parse.js';
import type { JobInput } from '../../src/job/schema/job.js';

const job = (sink: Partial<JobInput['sink']>, dirty: JobInput['dirty'] = { mode: 'log' }) =>
  validateJobDocument({
    name: 'shop',
    source: { type: 'ndjson', path: '/export/*/*.ndjson' },
    sink: { namesrvAddr: 'localhost:9876', topic: '${database}-${table}', ...sink },
    dirty,
  });

const tables = (...names: string[]) => names.map((table) => ({ database: 'shop', table }));

it('makes a topic of each table, and each of them once', () => {
  expect(topicsOf(job({}), tables('orders', 'customers'))).toEqual(['shop-orders', 'shop-customers']);
  expect(topicsOf(job({ topic: '${database}' }), tables('orders', 'customers'))).toEqual(['shop']);
  expect(topicsOf(job({ topic: 'all' }), [])).toEqual(['all']);
});

it.each([
  [
    'a name that RocketMQ does not take',
    job({}),
    tables('orders', 'old orders'),
    'topic_illegal',
    'old orders',
  ],
  ['a name that is too long', job({}), tables('x'.repeat(123)), 'topic_illegal', 'at most 127'],
  [
    'one too long with its namespace',
    job({ namespace: 'eu' }),
    tables('x'.repeat(120)),
    'topic_illegal',
    'eu%',
  ],
  [
    'the topic of dirty records',
    job({ namespace: 'eu' }, { mode: 'keep', topic: 'shop-dirty' }),
    tables('orders', 'dirty'),
    'topic_of_dirty_records',
    'table dirty of shop',
  ],
  [
    'more topics than a run can hold',
    job({}),
    tables(...Array.from({ length: 201 }, (_, n) => `t${n}`)),
    'too_many_topics',
    'more than 200',
  ],
])('refuses %s', (_, of, all, code, text) => {
  expect(() => topicsOf(of, all)).toThrow(
    expect.objectContaining({ code, fault: 'user', message: expect.stringContaining(text) }),
  );
});

it('takes as many as a run can hold', () => {
  const most = tables(...Array.from({ length: 200 }, (_, n) => `t${n}`));
  expect(topicsOf(job({}), most)).toHaveLength(200);
});
