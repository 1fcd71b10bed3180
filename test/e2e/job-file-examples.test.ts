/** Every example of docs/job-file.md in a job that runs. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../src/dev/topics.js';
import { fullTopic } from '../../src/job/full-topic.js';
import { parseJobText } from '../../src/job/parse.js';
import { jobJsonSchema } from '../../src/job/schema/job.js';
import type { SchemaNode } from '../../src/job/schema/json-schema.js';
import { topicOf } from '../../src/job/topic-template.js';
import { tableOf } from '../../src/sources/files/tables.js';
import { CertificateAuthority } from '../support/certificates.js';
import { ANY_NAME, fieldExamples, withValueAt } from '../support/field-examples.js';
import { useBench } from '../support/migration.js';
import { readTopic, type StoredMessage } from '../support/topic-reader.js';
import { until } from '../support/until.js';

const bench = useBench({ allowSecrets: true });
const stack = inject('stack');

const RECORDS = [
  {
    id: 1,
    amount: 10.5,
    status: 'paid',
    email: 'ann@example.com',
    phone: '+49 151 1234567',
    note: 'first, of all',
    credit: 5,
    region: 'north',
    wait_seconds: 1,
    due_at: '2026-01-02T03:04:05.123456Z',
  },
  {
    id: 2,
    amount: -1.5,
    status: 'void',
    email: 'bob@example.com',
    phone: '+86 10 12345678',
    note: 'the other',
    credit: 7,
    region: 'south',
    wait_seconds: 0,
    due_at: '2026-01-02T03:04:06Z',
  },
];

const HEADER = Object.keys(RECORDS[0]).join(',');
const ROWS = RECORDS.map((record) =>
  Object.values(record)
    .map((value) => (String(value).includes(',') ? `"${value}"` : value))
    .join(','),
);
const CSV = `${[HEADER, ...ROWS].join('\n')}\n`;

/** The files that most examples read, where their paths expect them. */
const USUAL: Record<string, { readonly file: string; readonly content: string }> = {
  csv: { file: 'orders-1.csv', content: CSV },
  ndjson: { file: 'orders-1.ndjson', content: RECORDS.map((record) => JSON.stringify(record)).join('\n') },
  json: { file: 'orders.json', content: JSON.stringify(RECORDS) },
};

/** What an example needs around it to make sense. */
interface Surroundings {
  /** Fields beside it, by their paths. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** The file, from what it is for most examples of this type. */
  readonly content?: (usual: string) => string | Buffer;
  /** The name that the user chooses. */
  readonly name?: string;
  readonly topicType?: 'DELAY' | 'FIFO';
  /** What must be true of what arrived, beside that everything did. */
  readonly arrived?: (messages: readonly StoredMessage[]) => void;
  /** Records that are written. @default both */
  readonly written?: number;
  /** Messages that arrive while somebody waits. @default as many as there are records */
  readonly messages?: number;
}

const bodies = (messages: readonly StoredMessage[]) => messages.map(({ body }) => body.toString()).sort();
const arrivedWith = (text: string) => (messages: readonly StoredMessage[]) =>
  expect(bodies(messages).join('\n')).toContain(text);
const arrivedAs = (expected: readonly string[]) => (messages: readonly StoredMessage[]) =>
  expect(bodies(messages)).toEqual(expected);

const DUE_AT = { name: 'due_at', beside: { 'source.columns.due_at.type': 'timestamp' } };
const DELAYED = { 'source.columns.due_at': 'timestamp' };
const AS_CSV = { 'sink.format': 'csv', 'source.columns': { id: 'integer', note: 'string' } };
const TWO = 'id,note\n1,a b\n2,\\N\n';

/** Beside an example of one of the credentials; the RocketMQ of these tests does not look at them. */
const ACCOUNT = {
  'sink.credentials': { accessKey: '${env:ROCKETMQ_ACCESS_KEY}', secretKey: '${env:ROCKETMQ_SECRET_KEY}' },
};
/** Beside an example of TLS: RocketMQ as it comes makes its certificate at its start, and nobody can vouch for it. */
const ENCRYPTED = { 'sink.tls.skipVerify': true };
const CERTIFIED = {
  ...ENCRYPTED,
  'sink.tls.certFile': 'tls/client.pem',
  'sink.tls.keyFile': 'tls/client.key',
};
const authority = new CertificateAuthority('Rocketlift tests');
const client = authority.issue('client');
for (const name of ['ACCESS_KEY', 'SECRET_KEY', 'SECURITY_TOKEN']) process.env[`ROCKETMQ_${name}`] = name;

/** The servers of the tests, which are not where the examples say. */
const ADDRESSES = ['sink.endpoints', 'sink.namesrvAddr'];
const BY_NAME_SERVER = { 'sink.namesrvAddr': stack.rocketmq.namesrvAddr, 'sink.transport': 'nameserver' };
/** Where brokers are asked what arrived, beside the proxy. */
const BY_BOTH = { 'sink.namesrvAddr': stack.rocketmq.namesrvAddr, 'sink.transport': 'proxy' };

const SURROUNDINGS: Readonly<Record<string, Surroundings>> = {
  'source.encoding': {
    // 中 in GB 18030
    content: (usual) => Buffer.from(usual.replace('the other', '\u00d6\u00d0'), 'latin1'),
    arrived: arrivedWith('"中"'),
  },
  'source.columns.<name>.type': { name: 'id', arrived: arrivedWith('"id":1,') },
  'source.columns.<name>.required': { name: 'id', beside: { 'source.columns.id.type': 'integer' } },
  'source.columns.<name>.format': {
    ...DUE_AT,
    content: (usual) => usual.replaceAll(/2026-01-02T(\d\d:\d\d:\d\d)(\.\d+)?Z/g, '02.01.2026 $1.000400'),
    arrived: arrivedWith('"2026-01-02T03:04:05.000400Z"'),
  },
  'source.columns.<name>.timezone': {
    ...DUE_AT,
    content: (usual) => usual.replaceAll(/(\d)Z/g, '$1'),
    arrived: arrivedWith('"2026-01-02T03:04:05.123456+08:00"'),
  },
  'source.header': {
    beside: { 'source.columns': { id: 'integer', note: 'string' } },
    content: () => '1,a\n2,b\n',
    arrived: arrivedAs(['{"id":1,"note":"a"}', '{"id":2,"note":"b"}']),
  },
  'source.delimiter': {
    content: () => 'id;note\n1;a,b\n2;"c;d"\n',
    arrived: arrivedAs(['{"id":"1","note":"a,b"}', '{"id":"2","note":"c;d"}']),
  },
  'source.quote': {
    content: () => "id,note\n1,'a,b'\n2,\"\n",
    arrived: arrivedAs(['{"id":"1","note":"a,b"}', '{"id":"2","note":"\\""}']),
  },
  'source.escape': {
    content: () => 'id,note\n1,"a\\"b"\n2,c\n',
    arrived: arrivedAs(['{"id":"1","note":"a\\"b"}', '{"id":"2","note":"c"}']),
  },
  'source.nullText': {
    content: () => TWO,
    arrived: arrivedAs(['{"id":"1","note":"a b"}', '{"id":"2","note":null}']),
  },
  'source.lineEnd': {
    content: () => 'id,note\r1,a\r2,b\nc\r',
    arrived: arrivedAs(['{"id":"1","note":"a"}', '{"id":"2","note":"b\\nc"}']),
  },
  'source.comment': {
    content: () => '# made by hand\nid\n1\n# 3\n2\n',
    arrived: arrivedAs(['{"id":"1"}', '{"id":"2"}']),
  },
  'source.recordPath': { content: (usual) => `{"data":{"count":2,"items":${usual}}}` },
  'sink.namesrvAddr': { beside: BY_NAME_SERVER },
  'sink.transport': { beside: BY_NAME_SERVER },
  'sink.credentials.accessKey': { beside: ACCOUNT },
  'sink.credentials.secretKey': { beside: ACCOUNT },
  'sink.credentials.securityToken': { beside: ACCOUNT },
  'sink.tls.caFile': { beside: ENCRYPTED },
  'sink.tls.certFile': { beside: CERTIFIED },
  'sink.tls.keyFile': { beside: CERTIFIED },
  'sink.tls.serverName': { beside: ENCRYPTED },
  'sink.compressOver': { beside: BY_NAME_SERVER },
  'sink.order': { beside: { 'sink.keyFields': ['id'] }, topicType: 'FIFO' },
  'sink.namespace': { beside: { ...BY_BOTH, 'sink.createTopic': {} } },
  'sink.createTopic.queues': { beside: BY_BOTH },
  'sink.createTopic.type': { beside: BY_BOTH },
  'sink.createTopic.cluster': { beside: BY_BOTH },
  'sink.tag': {
    arrived: (messages) =>
      expect(messages.map(({ tag }) => tag).sort()).toEqual(['order-paid', 'order-void']),
  },
  'sink.keyFields': {
    arrived: (messages) => expect(messages.map(({ keys }) => keys[0]).sort()).toEqual(['1', '2']),
  },
  'sink.key': {
    arrived: (messages) => expect(messages.map(({ keys }) => keys[0]).sort()).toEqual(['eu/1', 'eu/2']),
  },
  'sink.properties': {
    arrived: (messages) =>
      expect(messages.map(({ properties }) => properties.region).sort()).toEqual(['eu-north', 'eu-south']),
  },
  'sink.delay': { beside: DELAYED, topicType: 'DELAY' },
  'sink.delay.field': { topicType: 'DELAY' },
  'sink.delay.unit': { beside: { 'sink.delay.field': 'wait_seconds' }, topicType: 'DELAY' },
  'sink.delay.until': { beside: DELAYED, topicType: 'DELAY' },
  'sink.format': { content: () => TWO, arrived: arrivedAs(['1,a b', '2,\\N']) },
  'sink.csv.header': {
    beside: AS_CSV,
    content: () => TWO,
    arrived: arrivedAs(['id,note\n1,a b', 'id,note\n2,\\N']),
  },
  'sink.csv.delimiter': { beside: AS_CSV, content: () => TWO, arrived: arrivedAs(['1;a b', '2;\\N']) },
  'sink.csv.quoting': { beside: AS_CSV, content: () => TWO, arrived: arrivedAs(['"1","a b"', '"2","\\N"']) },
  'sink.csv.nullText': {
    beside: { ...AS_CSV, 'source.nullText': '' },
    content: () => 'id,note\n1,a\n2,\n',
    arrived: arrivedAs(['1,a', '2,\\N']),
  },
  'sink.recordsPerMessage': {
    messages: 1,
    arrived: (messages) => expect(JSON.parse(bodies(messages)[0])).toHaveLength(2),
  },
  verify: { beside: BY_BOTH },
  'verify.sample': { beside: BY_BOTH },
  'dirty.mode': { beside: { 'dirty.path': 'dirty/' } },
  'dirty.topic': { beside: { ...BY_BOTH, 'dirty.mode': 'keep' } },
  'dirty.path': { beside: { 'dirty.mode': 'keep' } },
  'transform.rename': { arrived: arrivedWith('"credit_limit":') },
  'transform.drop': {
    arrived: (messages) => expect(bodies(messages).join()).not.toContain('note'),
  },
  'transform.constant': { arrived: arrivedWith(`"day":"${new Date().getUTCFullYear()}-`) },
  'transform.filter': { beside: { 'source.columns.amount': 'decimal' }, written: 1 },
  'transform.mask': { arrived: arrivedWith('"***********4567"') },
  'transform.mask.<name>.keepLast': { name: 'phone', arrived: arrivedWith('"***********4567"') },
};

const root = jobJsonSchema() as SchemaNode;
const fields = fieldExamples(root);

it.each(fields)('$field has an example', ({ examples }) => {
  expect(examples.length).toBeGreaterThan(0);
});

const all = fields
  .flatMap(({ examples }) => examples)
  .map((example) => ({ ...example, example: JSON.stringify(example.value) }));
const cases = all.filter(({ path }) => path[0] !== 'schedule');
const schedules = all.filter(({ path }) => path[0] === 'schedule');

describe.concurrent('an example of docs/job-file.md runs', () => {
  it.each(cases)('$sourceType $field: $example', async ({ path, field, sourceType = 'csv', value }) => {
    const { beside = {}, content, name, topicType, arrived, ...expected } = SURROUNDINGS[field] ?? {};
    const { written = 2, messages = written } = expected;
    const topic = field === 'sink.topic' ? String(value) : `t-${randomUUID()}`;
    const usual = USUAL[sourceType];
    const stored = topicOf({ topic }, tableOf(`data/${usual.file}`));
    await createTopic(stack, stored, { type: topicType ?? 'NORMAL' });
    if (field === 'dirty.topic') await createTopic(stack, String(value));
    // A folder of its own, as paths in examples are relative.
    const baseDir = await mkdtemp(join(bench.folder, 'example-'));
    await mkdir(join(baseDir, 'data'));
    await mkdir(join(baseDir, 'secrets'));
    await writeFile(join(baseDir, 'secrets', 'secret-key'), 'secret\n');
    await mkdir(join(baseDir, 'tls'));
    await writeFile(join(baseDir, 'tls', 'ca.pem'), authority.cert);
    await writeFile(join(baseDir, 'tls', 'client.pem'), client.cert);
    await writeFile(join(baseDir, 'tls', 'client.key'), client.key);
    await writeFile(join(baseDir, 'data', usual.file), content?.(usual.content) ?? usual.content);
    let document: unknown = {
      name: `job-${randomUUID()}`,
      source: { type: sourceType, path: `data/${usual.file}` },
      sink: { endpoints: stack.rocketmq.endpoints, topic },
    };
    for (const [where, what] of Object.entries(beside))
      document = withValueAt(document, where.split('.'), what);
    const named = path.map((part) => (part === ANY_NAME ? (name ?? '') : part));
    if (!ADDRESSES.includes(field)) document = withValueAt(document, named, value);
    const job = parseJobText(JSON.stringify(document), { file: 'example.json', baseDir });
    expect(await bench.run(job)).toMatchObject({
      state: 'completed',
      records: { read: 2, written, dirty: 0, filtered: 2 - written },
      messages,
    });
    // Who would wait ten minutes for a message?
    if (value === '10m') return;
    const arrivedNow = async () => {
      const all = await readTopic(stack, fullTopic({ ...job.job.sink, topic: stored }));
      // The topic of the example is one that other tests write to as well.
      return field === 'sink.topic' ? all.filter(({ body }) => body.includes('@example.com')) : all;
    };
    await until(async () => (await arrivedNow()).length >= messages);
    const read = await arrivedNow();
    expect(read).toHaveLength(messages);
    arrived?.(read);
  });
});

describe.concurrent('an example of docs/job-file.md makes a schedule', () => {
  it.each(schedules)('$field: $example', async ({ path, value }) => {
    const name = `job-${randomUUID()}`;
    const usual = {
      name,
      source: { type: 'csv', path: 'orders.csv' },
      sink: { endpoints: stack.rocketmq.endpoints, topic: 'orders' },
      schedule: { cron: '0 3 1 1 *' },
    };
    const text = JSON.stringify(withValueAt(usual, path, value));
    const job = parseJobText(text, { file: 'example.json', baseDir: bench.folder });
    await bench.client.createSchedule(job);
    expect((await bench.client.describeSchedule(name)).schedule).toEqual(job.job.schedule);
    await bench.client.deleteSchedule(name);
  });
});
