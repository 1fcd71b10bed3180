import { describe, expect, test } from 'vitest';
import { parseJobText, validateJobDocument } from '../../src/job/parse.js';
import { problemText } from '../../src/job/problem.js';
import { smallest } from './job-documents.js';
import { problemsOf } from './problems-of.js';

const job = (source: string, sink: string, transform = '[]') =>
  `name: o\nsource: { path: a, ${source} }\nsink: { endpoints: "mq:1", topic: t, ${sink} }\ntransform: ${transform}\n`;
const shown = (text: string) =>
  problemsOf(() => parseJobText(text, { file: 'o', baseDir: '/base' })).map(problemText);

/** Where a text stands in a job, as problems show it. */
function placeOf(text: string, part: string): string {
  const at = text.lastIndexOf(part);
  const before = text.slice(0, at).split('\n');
  return `o:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

describe('names that would lose their order', () => {
  const NO_ORDER = 'expected a name that is not a whole number: those would lose their place in the order';

  test.each([
    ['type: ndjson, columns: { a: string, 2024: integer }', 'format: csv', 'source.columns.2024'],
    ['type: json, columns: { 2024: { type: integer } }', 'format: csv', 'source.columns.2024'],
    ['type: csv, header: false, columns: { a: string, 2024: json }', 'tag: x', 'source.columns.2024'],
  ])('are refused where it matters: %s, %s', (source, sink, path) => {
    const text = job(source, sink);
    expect(shown(text)).toEqual([`${placeOf(text, '2024')}  ${path}: ${NO_ORDER}`]);
  });

  test('are refused as constants in a line of CSV', () => {
    const text = job('type: csv', 'format: csv', '[{ drop: [b] }, { constant: { a: 1, 2024: 2 } }]');
    expect(shown(text)).toEqual([`${placeOf(text, '2024')}  transform[1].constant.2024: ${NO_ORDER}`]);
  });

  test.each([
    ['a header has it', 'type: csv, columns: { a: string, 2024: integer }', 'format: csv', '[]'],
    ['a body is an object', 'type: json, columns: { a: string, 2024: integer }', 'format: json', '[]'],
    ['a constant is alone', 'type: csv', 'format: csv', '[{ constant: { 2024: 1 } }]'],
    ['constants are members of an object', 'type: csv', 'format: json', '[{ constant: { a: 1, 2024: 1 } }]'],
    [
      'they are no whole numbers',
      'type: json, columns: { b: string, x2024: string, "-1": string, "1.5": string }',
      'format: csv',
      '[]',
    ],
  ])('are taken where %s', (_, source, sink, transform) => {
    expect(shown(job(source, sink, transform))).toEqual([]);
  });

  test('the others keep it', () => {
    const text = job(
      'type: json, columns: { b: string, x2024: string, "-1": string, a: json }',
      'format: csv',
    );
    const { source } = parseJobText(text, { file: 'o', baseDir: '/' }).job;
    expect(Object.keys(source.columns)).toEqual(['b', 'x2024', '-1', 'a']);
  });
});

describe('a text with fields of the record', () => {
  test.each([
    ['tag', '"x-${dateformat(yyyy)}"', '${dateformat(yyyy)}'],
    ['tag', '"${ dateformat( yyyy-MM-dd , -1, DAY ) }"', '${ dateformat( yyyy-MM-dd , -1, DAY ) }'],
    ['key', '"${id}/${timestamp()}"', '${timestamp()}'],
    ['properties.p', '{ p: "${timestamp(-1,DAY)}" }', '${timestamp(-1,DAY)}'],
  ])('as %s holds no macro: %s', (path, value, macro) => {
    const text = job('type: csv', `${path.split('.')[0]}: ${value}`);
    expect(shown(text)).toEqual([
      `${placeOf(text, value.slice(value.indexOf('"')))}  sink.${path}: expected the name of a field in \${ }, not a macro, ` +
        `found ${macro}: make a constant of it (transform), and name that`,
    ]);
  });

  test('may name a field as a macro is named', () => {
    expect(shown(job('type: csv', 'tag: "${timestamp}", key: "${dateformat}"'))).toEqual([]);
  });

  test.each([
    ['${ a }', /the name of a field without white space around it, found \$\{ a \}$/],
    ['${a', /a field of the record in it stands in \$\{ \}$/],
    ['x${}', /a field of the record in it stands in \$\{ \}$/],
    ['', /not empty|a field of the record/],
  ])('is refused where %j is none', (value, message) => {
    const given = JSON.stringify(value);
    for (const sink of [`tag: ${given}`, `key: ${given}`, `properties: { p: ${given} }`]) {
      expect(shown(job('type: csv', sink))).toEqual([expect.stringMatching(message)]);
    }
  });
});

describe('fields that do not go together', () => {
  const NONE = 'beside recordsPerMessage: a message of many records has none of its own';

  test.each([
    [
      'csv: { header: true }',
      'sink.csv: expected no csv beside format json: it says how CSV bodies are written',
    ],
    ['format: json, csv: { quoting: all }', /sink\.csv: expected no csv beside format json/],
    ['key: a, keyFields: [a]', 'sink.key: expected either key or keyFields'],
    ['recordsPerMessage: 3, key: a', `sink.key: expected no key ${NONE}`],
    ['recordsPerMessage: 3, keyFields: [a]', `sink.keyFields: expected no keyFields ${NONE}`],
    ['recordsPerMessage: 3, properties: { a: b }', `sink.properties: expected no properties ${NONE}`],
    ['recordsPerMessage: 3, delay: 10m', `sink.delay: expected no delay ${NONE}`],
    [
      'recordsPerMessage: 3, tag: "${a}"',
      /sink\.tag: expected a tag without fields beside recordsPerMessage/,
    ],
    [
      'format: csv, csv: { delimiter: N, nullText: "\\\\N" }',
      /csv\.nullText: expected a text without the delimiter/,
    ],
  ])('%s', (sink, message) => {
    const [first, ...more] = shown(job('type: csv', sink));
    expect(more).toEqual([]);
    if (typeof message === 'string') expect(first.replace(/^\S+ {2}/, '')).toBe(message);
    else expect(first).toMatch(message);
  });

  test('do, where they are what they are anyway', () => {
    expect(shown(job('type: csv', 'recordsPerMessage: 3, tag: x, csv: { header: false }'))).toEqual([]);
    // As in a job that was checked before: every default is written out.
    const checked = validateJobDocument({ ...smallest(), source: { type: 'json', path: '/x' } });
    expect(checked.sink.csv).toEqual({ header: false, delimiter: ',', quoting: 'minimal', nullText: '' });
    expect(validateJobDocument(checked)).toEqual(checked);
  });

  test('columns are missing only where there is no header', () => {
    expect(shown(job('type: csv, header: false', 'tag: x'))).toEqual([
      'o:2:1  source.columns: missing field (the names of all columns, in their order: there is no header that names them)',
    ]);
  });
});

describe('properties and delays', () => {
  test.each([
    ['properties: { "a b": x }', 'sink.properties["a b"]: expected a name without white space, at most 127'],
    ['properties: { "": x }', 'sink.properties[""]: expected a name without white space, at most 127'],
    ...['KEYS', 'TIMER_X', 'rocketliftId', '__x'].map((name): [string, string] => [
      `properties: { ${name}: x }`,
      `sink.properties.${name}: expected a name that neither RocketMQ nor Rocketlift keeps for itself`,
    ]),
    ['delay: { feild: wait }', 'sink.delay.feild: unknown field; did you mean field?'],
    [
      'delay: { field: a, until: b }',
      'sink.delay: expected a duration such as "10m", { field: wait_seconds, unit: s }, or { until: due_at }, found an object',
    ],
    [
      'delay: soon',
      'sink.delay: expected a duration such as "30s", "5m" or "24h", or a number of milliseconds',
    ],
  ])('%s', (sink, message) => {
    expect(shown(job('type: csv', sink)).map((line) => line.replace(/^\S+ {2}/, ''))).toEqual([message]);
  });
});

describe('order by key', () => {
  test.each([
    ['order: key', 'sink.order: expected keyFields or key beside it'],
    [
      'order: key, key: a, delay: 10m',
      'sink.order: expected none, as messages that are delivered later keep no order',
    ],
  ])('%s', (sink, message) => {
    expect(shown(job('type: csv', sink))).toEqual([expect.stringContaining(message)]);
  });
});

describe('where RocketMQ is', () => {
  const sink = (fields: string) =>
    shown(`name: o\nsource: { type: csv, path: a }\nsink: { topic: t, ${fields} }\n`);
  const PROXY = 'endpoints: "mq:8081"';
  const NAME_SERVER = 'namesrvAddr: "mq:9876;mq2:9876"';

  test.each([
    PROXY,
    NAME_SERVER,
    `${PROXY}, ${NAME_SERVER}, transport: nameserver`,
    `${NAME_SERVER}, transport: nameserver`,
  ])('is known from %s', (fields) => {
    expect(sink(fields)).toEqual([]);
  });

  test.each([
    [
      'tag: a',
      'sink.endpoints: missing field (the address of a proxy, or namesrvAddr with that of a name server)',
    ],
    [
      `${PROXY}, ${NAME_SERVER}`,
      'sink.transport: missing field (proxy or nameserver, as both endpoints and namesrvAddr are given)',
    ],
    [`${NAME_SERVER}, transport: proxy`, 'sink.transport: expected endpoints beside proxy, or nameserver'],
    [`${PROXY}, transport: nameserver`, 'sink.transport: expected namesrvAddr beside nameserver, or proxy'],
    ['namesrvAddr: "mq"', 'sink.namesrvAddr: expected the address of a name server, such as'],
  ])('is not known from %s', (fields, message) => {
    expect(sink(fields)).toEqual([expect.stringContaining(message)]);
  });
});

describe('proof of arrival', () => {
  const verify = (value: string, sink: string) =>
    shown(`name: o\nsource: { type: csv, path: a }\nsink: { topic: t, ${sink} }\nverify: ${value}\n`);
  const NAME_SERVER = 'namesrvAddr: "mq:9876"';
  const PROXY = 'endpoints: "mq:8081"';

  test.each(['none', 'count', 'sample', '{ sample: 50 }'])('can be %s', (value) => {
    expect(verify(value, NAME_SERVER)).toEqual([]);
    expect(verify(value, `${PROXY}, ${NAME_SERVER}, transport: proxy`)).toEqual([]);
  });

  test.each([
    ['count', PROXY, 'verify: expected sink.namesrvAddr beside it'],
    ['count', `${NAME_SERVER}, delay: 10m`, 'verify: expected none beside sink.delay'],
    ['all', NAME_SERVER, 'verify: expected one of none, count, sample or an object with sample'],
    ['{ sample: 51 }', NAME_SERVER, 'verify'],
    ['{ sample: 0 }', NAME_SERVER, 'verify'],
  ])('can not be %s with %s', (value, sink, message) => {
    expect(verify(value, sink)).toEqual([expect.stringContaining(message)]);
  });
});

describe('a topic that a run creates', () => {
  const NAME_SERVER = 'namesrvAddr: "mq:9876"';
  const create = (value: string, sink: string) =>
    shown(`name: o\nsource: { type: csv, path: a }\nsink: { topic: t, ${sink}, createTopic: ${value} }\n`);

  test.each(['{}', '{ queues: 4 }', '{ queues: 4, type: NORMAL, cluster: c }'])('can be %s', (value) => {
    expect(create(value, NAME_SERVER)).toEqual([]);
    expect(create(value, `endpoints: "mq:8081", ${NAME_SERVER}, transport: proxy`)).toEqual([]);
  });

  test.each([
    ['{}', 'endpoints: "mq:8081"', 'sink.createTopic: expected namesrvAddr beside it'],
    ['{ type: DELAY }', NAME_SERVER, 'sink.createTopic: expected type NORMAL'],
    ['{ type: NORMAL }', `${NAME_SERVER}, delay: 10m`, 'sink.createTopic: expected type DELAY'],
    ['{ queues: 0 }', NAME_SERVER, 'sink.createTopic.queues'],
  ])('can not be %s with %s', (value, sink, message) => {
    expect(create(value, sink)).toEqual([expect.stringContaining(message)]);
  });
});

describe('a namespace', () => {
  const named = (namespace: string, topic: string) =>
    shown(
      `name: o\nsource: { type: csv, path: a }\nsink: { endpoints: "mq:1", namespace: "${namespace}", topic: ${topic} }\n`,
    );

  test('is a name, and short enough for the topic', () => {
    expect(named('MQ_INST-1', 't')).toEqual([]);
    expect(named('a%b', 't')).toEqual([
      expect.stringContaining('sink.namespace: expected the name of a namespace'),
    ]);
    expect(named('n'.repeat(64), 't'.repeat(62))).toEqual([]);
    expect(named('n'.repeat(64), 't'.repeat(63))).toEqual([
      expect.stringContaining(
        'sink.namespace: expected a namespace that with topic has at most 127 characters',
      ),
    ]);
  });
});

describe('a topic for dirty records', () => {
  const dirtyJob = (dirty: string, sink = '') =>
    `name: o\nsource: { path: a, type: csv }\nsink: { topic: t, ${sink} }\ndirty: { ${dirty} }\n`;
  const BY_PROXY = 'endpoints: "mq:1"';
  const BY_NAME = 'namesrvAddr: "ns:1"';

  test.each([[BY_NAME], [`${BY_PROXY}, ${BY_NAME}, transport: proxy`], [`${BY_NAME}, namespace: n`]])(
    'is taken beside %s',
    (sink) => {
      expect(shown(dirtyJob('mode: keep, topic: t-dirty', sink))).toEqual([]);
    },
  );

  test.each([
    ['no name servers', 'mode: keep, topic: d', BY_PROXY, 'sink.namesrvAddr beside it'],
    ["the sink's own topic", 'mode: keep, topic: t', BY_NAME, 'another topic than sink.topic'],
    [
      'the same in its namespace',
      'mode: keep, topic: n%t',
      `${BY_NAME}, namespace: n`,
      'another topic than sink',
    ],
    ['a folder as well', 'mode: keep, topic: d, path: p', BY_NAME, 'either path or topic'],
    ['another mode', 'mode: log, topic: d', BY_NAME, 'no topic beside mode log'],
    ['no name of a topic', 'mode: keep, topic: "a b"', BY_NAME, 'the name of a topic'],
    ['too long a name', `mode: keep, topic: ${'d'.repeat(126)}`, `${BY_NAME}, namespace: n`, 'at most 127'],
  ])('is refused with %s', (_, dirty, sink, message) => {
    const text = dirtyJob(dirty, sink);
    expect(shown(text)).toEqual([expect.stringContaining(message)]);
    expect(shown(text)[0]).toContain('dirty.topic');
  });

  test('or a folder is missing where they are kept', () => {
    expect(shown(dirtyJob('mode: keep', BY_NAME))).toEqual([
      expect.stringContaining('missing field (a folder or a topic, as mode is keep)'),
    ]);
  });
});
