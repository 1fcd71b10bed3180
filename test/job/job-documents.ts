import fc from 'fast-check';

/** The least that a job needs. */
export const smallest = () => ({
  name: 'orders',
  source: { type: 'csv', path: '/data/orders.csv' },
  sink: { endpoints: '127.0.0.1:8081', topic: 'orders' },
});

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const columnType = fc.constantFrom('string', 'integer', 'decimal', 'boolean');
const columns = fc.dictionary(
  name,
  fc.oneof(columnType, fc.record({ type: columnType, required: fc.boolean() }, { requiredKeys: ['type'] })),
  { maxKeys: 4 },
);
const path = fc.oneof(
  name.map((file) => `/data/${file}.csv`),
  fc.array(
    name.map((file) => `/data/${file}-*.csv.gz`),
    { minLength: 1, maxLength: 3 },
  ),
);
const files = {
  path,
  columns,
  encoding: fc.constantFrom('utf-8', 'UTF8'),
  maxRecordSize: fc.constantFrom('8 KiB', 65536),
};
const source = fc.oneof(
  fc.record(
    {
      type: fc.constant('csv'),
      ...files,
      header: fc.constant(true),
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      quote: fc.constantFrom('"', "'"),
      nullText: fc.constantFrom('', '\\N'),
    },
    { requiredKeys: ['type', 'path'] },
  ),
  fc.record({ type: fc.constantFrom('json', 'ndjson'), ...files }, { requiredKeys: ['type', 'path'] }),
);
const sink = fc.record(
  {
    endpoints: fc.constantFrom('127.0.0.1:8081', 'a:1;b:2'),
    topic: name,
    tag: name,
    keyFields: fc.array(name, { minLength: 1, maxLength: 3 }),
    format: fc.constantFrom('json', 'csv'),
    order: fc.constant('none'),
    transport: fc.constant('proxy'),
  },
  { requiredKeys: ['endpoints', 'topic'] },
);
const constant = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.constantFrom(0.5, 1e-7),
);
const step = fc.oneof(
  fc.record({ rename: fc.dictionary(name, name, { maxKeys: 3 }) }),
  fc.record({ drop: fc.array(name, { minLength: 1, maxLength: 3 }) }),
  fc.record({ constant: fc.dictionary(name, constant, { maxKeys: 3 }) }),
);
const settings = fc.record(
  {
    parallelism: fc.integer({ min: 1, max: 256 }),
    partitionSize: fc.constantFrom('64 MiB', '1.5 GB', 4096),
    batch: fc.record(
      { records: fc.integer({ min: 1, max: 10_000 }), bytes: fc.constant('1 MiB') },
      { requiredKeys: [] },
    ),
    retryFor: fc.constantFrom('24h', '90m', 5000),
    errorLimit: fc.record({ records: fc.nat(), ratio: fc.constantFrom(0, 0.001, 1) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

/** Valid documents, as a worker gets them: paths absolute. */
export const documents = fc.record(
  {
    name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/),
    source,
    sink,
    transform: fc.array(step, { maxLength: 3 }),
    settings,
    dirty: fc.constant({ mode: 'log' }),
  },
  { requiredKeys: ['name', 'source', 'sink'] },
);
