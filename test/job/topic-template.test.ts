import { expect, test } from 'vitest';
import { validateJobDocument } from '../../src/job/parse.js';
import { topicOf } from '../../src/job/topic-template.js';
import { smallest } from './job-documents.js';
import { problemsOf } from './problems-of.js';

const ORDERS = { database: 'shop', table: 'orders' };

test.each([
  ['orders', 'orders'],
  ['${table}', 'orders'],
  ['${database}-${table}', 'shop-orders'],
  ['all_${table}_${table}', 'all_orders_orders'],
])('%s of table orders in shop is %s', (topic, filled) => {
  expect(topicOf({ topic }, ORDERS)).toBe(filled);
});

test('a name that looks like a pattern of replacements stays as it is', () => {
  expect(topicOf({ topic: 'a-${table}' }, { ...ORDERS, table: '$&$1' })).toBe('a-$&$1');
});

test('a topic that is no template needs no table, and another does', () => {
  expect(topicOf({ topic: 'orders' }, undefined)).toBe('orders');
  expect(() => topicOf({ topic: '${table}' }, undefined)).toThrow(TypeError);
});

const withTopic = (sink: object) => ({ ...smallest(), sink: { endpoints: 'localhost:8081', ...sink } });

test.each(['${table}', 'shop-${database}-${table}', `\${table}${'x'.repeat(127)}`])(
  'a job may have the topic %s',
  (topic) => {
    expect(validateJobDocument(withTopic({ topic })).sink.topic).toBe(topic);
  },
);

test.each(['${name}', '${table', 'a b-${table}', '${Table}', '${ table }', `\${table}${'x'.repeat(128)}`])(
  'and not %s',
  (topic) => {
    const [{ path, message }] = problemsOf(() => validateJobDocument(withTopic({ topic })));
    expect(path).toBe('sink.topic');
    expect(message).toContain('${table} and ${database}');
  },
);

test('a namespace counts with what the topic has at least', () => {
  const sink = { namespace: 'n'.repeat(27), topic: `\${table}${'x'.repeat(99)}` };
  expect(() => validateJobDocument(withTopic(sink))).not.toThrow();
  const [{ path }] = problemsOf(() => validateJobDocument(withTopic({ ...sink, namespace: 'n'.repeat(28) })));
  expect(path).toBe('sink.namespace');
});
