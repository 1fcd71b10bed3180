import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../src/dev/topics.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { MIGRATION } from '../../src/workflows/definitions.js';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');

const bodies = async (topic: string) =>
  (await readTopic(stack, topic)).map(({ body }) => body.toString()).sort();

type Columns = JobInput['source']['columns'];

async function migrate(type: 'csv' | 'ndjson' | 'json', content: string | Uint8Array, columns: Columns = {}) {
  const topic = await bench.topic();
  const path = await bench.file(`input.${type}`, content);
  const report = await bench.run(bench.job({ source: { type, path, columns }, sink: { topic } }));
  return { topic, report, path };
}

describe('the run ends with what is wrong and what to do', () => {
  it.each([
    ['no-such-file.csv', 'file_not_found'],
    ['no-such-*.csv', 'no_match'],
  ])('for the path %s', async (path, code) => {
    const topic = await bench.topic();
    const report = await bench.run(bench.job({ source: { type: 'csv', path }, sink: { topic } }));
    expect(report).toMatchObject({ state: 'failed', error: { code, fault: 'user' }, records: { read: 0 } });
    expect(report.error?.message).toContain('no-such');
    expect(report.error?.mend).not.toBe('');
  });

  it('for a header that lacks a declared column', async () => {
    const { report } = await migrate('csv', 'id,amuont\n1,2\n', { amount: 'decimal' });
    expect(report).toMatchObject({ state: 'failed', error: { code: 'column_missing', fault: 'user' } });
    expect(`${report.error?.message} ${report.error?.mend}`).toMatch(/amount[\s\S]*amuont/);
  });

  it('for duplicate headers', async () => {
    const { report } = await migrate('csv', 'id,name,id\n1,2,3\n');
    expect(report).toMatchObject({ state: 'failed', error: { code: 'duplicate_column', fault: 'user' } });
    expect(report.error?.message).toContain('id');
  });

  it('for a topic that does not exist: how to create it', async () => {
    const path = await bench.file('topicless.csv', 'id\n1\n');
    const report = await bench.run(
      bench.job({ source: { type: 'csv', path }, sink: { topic: 'no-such-topic' } }),
    );
    expect(report).toMatchObject({ state: 'failed', error: { code: 'topic_not_found', fault: 'user' } });
    expect(report.error?.mend).toMatch(/updateTopic.*no-such-topic/);
  });

  it.each([
    ['takes messages of another type', { type: 'FIFO' }, 'topic_type'],
    ['can not be written to', { perm: 'read' }, 'topic_not_writable'],
  ] as const)('for a topic that %s, before anything is sent', async (_, options, code) => {
    const topic = `t-${randomUUID()}`;
    await createTopic(stack, topic, options);
    const path = await bench.file('unwanted.csv', 'id\n1\n');
    const report = await bench.run(bench.job({ source: { type: 'csv', path }, sink: { topic } }));
    expect(report).toMatchObject({ state: 'failed', error: { code, fault: 'user' }, records: { read: 0 } });
    expect(report.error?.message).toContain(topic);
    expect(await countTopic(stack, topic)).toBe(0);
  });

  it('for a proxy that is not there, after connectTimeout', async () => {
    const path = await bench.file('proxyless.csv', 'id\n1\n');
    const job = bench.job({
      source: { type: 'csv', path },
      sink: { topic: 'orders', endpoints: '127.0.0.1:1' },
      settings: { connectTimeout: '2s' },
    });
    const report = await bench.run(job);
    expect(report).toMatchObject({
      state: 'failed',
      error: { code: 'rocketmq_unreachable', fault: 'world' },
    });
    expect(report.error?.message).toContain('127.0.0.1:1');
    expect(report.durationMs).toBeGreaterThan(1000);
  });

  it('for a Temporal UI start with a job that is none', async () => {
    const workflowId = `job-${randomUUID()}`;
    await bench.temporal.workflow.start(MIGRATION, {
      workflowId,
      taskQueue: bench.taskQueue,
      args: [{ job: { name: 'x', sorce: {} } }],
    });
    const report = await bench.client.wait({ workflowId });
    expect(report).toMatchObject({ state: 'failed', error: { code: 'invalid_job', fault: 'user' } });
    expect(report.error?.message).toContain('sorce');
  });
});

describe('a broken record costs itself, not the file', () => {
  it.each([
    ['too many fields', '2,b,c,d'],
    ['too few fields', '2'],
    ['a stray quote', '2,b"b'],
    ['text behind a closing quote', '2,"b"b'],
    ['a quote that is never closed', '2,"b'],
    ['a NUL', '2,b\0'],
    ['text in an integer column', 'two,b'],
    ['a fraction in an integer column', '2.5,b'],
  ])('%s', async (_, row) => {
    const { topic, report } = await migrate('csv', `id,name\n1,a\n${row}\n3,"c"\n4,d\n`, { id: 'integer' });
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 4, written: 3, dirty: 1, filtered: 0 },
    });
    expect(await bodies(topic)).toEqual([
      '{"id":1,"name":"a"}',
      '{"id":3,"name":"c"}',
      '{"id":4,"name":"d"}',
    ]);
  });

  it('invalid UTF-8', async () => {
    const content = Buffer.concat([
      Buffer.from('id,name\n1,a\n2,'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\n3,c\n'),
    ]);
    const { topic, report } = await migrate('csv', content);
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 2, dirty: 1 } });
    expect(await bodies(topic)).toEqual(['{"id":"1","name":"a"}', '{"id":"3","name":"c"}']);
  });

  it('a quote that is not closed before the end of the file', async () => {
    const { topic, report } = await migrate('csv', 'id,name\n1,a\n2,"b\n3,c\n4,d');
    expect(report).toMatchObject({ state: 'completed', records: { read: 4, written: 3, dirty: 1 } });
    expect(await bodies(topic)).toHaveLength(3);
  });

  it('a broken line of NDJSON', async () => {
    const { topic, report } = await migrate('ndjson', '{"a":1}\n{"a":\n[1]\n{"a":2}\n');
    expect(report).toMatchObject({ state: 'completed', records: { read: 4, written: 2, dirty: 2 } });
    expect(await bodies(topic)).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('a broken element of a JSON array', async () => {
    const { topic, report } = await migrate('json', '[{"a":1},{"a":tru},{"a":2}]');
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 2, dirty: 1 } });
    expect(await bodies(topic)).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('a body over 4 MiB', async () => {
    const topic = await bench.topic();
    const path = await bench.file(
      'large.ndjson',
      `{"a":1}\n{"b":"${'x'.repeat(4 * 1024 * 1024)}"}\n{"a":2}\n`,
    );
    const source = { type: 'ndjson' as const, path, maxRecordSize: '8 MiB' };
    const report = await bench.run(bench.job({ source, sink: { topic } }));
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 2, dirty: 1 } });
    expect(await bodies(topic)).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('a key with control characters arrives percent-encoded, as the broker takes none', async () => {
    const topic = await bench.topic();
    const rows = Array.from({ length: 100 }, (_, n) => (n % 40 === 7 ? `k\u0001${n}` : `k${n}`));
    const path = await bench.file('keys.csv', `id\n${rows.join('\n')}\n`);
    const report = await bench.run(
      bench.job({ source: { type: 'csv', path }, sink: { topic, keyFields: ['id'] } }),
    );
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 100, written: 100, dirty: 0 },
      retries: 0,
      duplicatesAtMost: 0,
    });
    const messages = await readTopic(stack, topic);
    expect(messages.map(({ keys }) => keys[0]).sort()).toEqual(
      rows.map((row) => row.replace('\u0001', '%01')).sort(),
    );
  });
});

describe('values and empty inputs', () => {
  it('keeps a 19-digit integer as it is', async () => {
    const { topic } = await migrate('csv', 'id\n9223372036854775807\n', { id: 'integer' });
    expect(await bodies(topic)).toEqual(['{"id":9223372036854775807}']);
  });

  it.each([
    ['an empty file', ''],
    ['a file of only a header', 'id,name\n'],
  ])('takes %s for no records, and warns', async (_, content) => {
    const { report, path } = await migrate('csv', content);
    expect(report).toMatchObject({ state: 'completed', records: { read: 0, written: 0 }, messages: 0 });
    expect(report.warnings.join('\n')).toContain(path);
  });
});

describe('the error limit', () => {
  it('fails a run with more dirty records than it allows, and tells how many there were', async () => {
    const topic = await bench.topic();
    const path = await bench.file(
      'dirty.csv',
      `id\n${Array.from({ length: 50 }, (_, n) => (n % 5 ? n : 'x')).join('\n')}\n`,
    );
    const report = await bench.run(
      bench.job({
        source: { type: 'csv', path, columns: { id: 'integer' } },
        sink: { topic },
        settings: { errorLimit: { records: 3 } },
      }),
    );
    expect(report).toMatchObject({ state: 'failed', error: { code: 'error_limit', fault: 'record' } });
    expect(report.records).toEqual({ read: 16, written: 12, dirty: 4, filtered: 0 });
    expect(await bodies(topic)).toHaveLength(12);
  });

  it('counts a ratio once enough records are read', async () => {
    const topic = await bench.topic();
    const path = await bench.file(
      'ratio.csv',
      `id\n${Array.from({ length: 200 }, (_, n) => (n % 10 ? n : 'x')).join('\n')}\n`,
    );
    const limited = (ratio: number) =>
      bench.job({
        source: { type: 'csv', path, columns: { id: 'integer' } },
        sink: { topic },
        settings: { errorLimit: { records: 1000, ratio, minRecords: 100 } },
      });
    expect(await bench.run(limited(0.05))).toMatchObject({ state: 'failed', error: { code: 'error_limit' } });
    expect(await bench.run(limited(0.2))).toMatchObject({ state: 'completed', records: { dirty: 20 } });
  });
});
