import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseJobText, validateJobDocument } from '../../src/job/parse.js';
import { problemText } from '../../src/job/problem.js';
import { documents, smallest } from './job-documents.js';
import { problemsOf } from './problems-of.js';

const shown = (text: string, file = 'orders.yaml') =>
  problemsOf(() => parseJobText(text, { file, baseDir: '/base' })).map(problemText);

const HEAD = 'name: orders\nsource: { type: csv, path: a.csv }\nsink: { endpoints: "mq:1", topic: orders }\n';

describe('a mistake is shown with its place', () => {
  test.each([
    [
      'name: orders\nsource:\n  type: csv\n  path: a.csv\n  delimitr: ";"\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:5:3  source.delimitr: unknown field; did you mean delimiter?',
    ],
    [`${HEAD}setings: {}\n`, 'orders.yaml:4:1  setings: unknown field; did you mean settings?'],
    [
      `${HEAD}zzz: 1\n`,
      'orders.yaml:4:1  zzz: unknown field; expected one of name, source, sink, transform, settings, dirty, verify, schedule',
    ],
    [
      `${HEAD}settings:\n  parallelism: many\n`,
      'orders.yaml:5:16  settings.parallelism: expected a whole number from 1 to 256, found a text',
    ],
    [
      `${HEAD}settings:\n  parallelism: 0\n`,
      'orders.yaml:5:16  settings.parallelism: expected a whole number from 1 to 256, found the number 0',
    ],
    [
      `${HEAD}settings:\n  partitionSize: 64 megs\n`,
      'orders.yaml:5:18  settings.partitionSize: expected a size such as "64 MiB", or a number of bytes',
    ],
    [
      `${HEAD}settings:\n  retryFor: -1\n`,
      'orders.yaml:5:13  settings.retryFor: expected a duration such as "30s", "5m" or "24h", or a number of milliseconds, found the number -1',
    ],
    [
      `${HEAD}settings:\n`,
      'orders.yaml:4:10  settings: expected an object with parallelism, partitionSize, rate, batch, connectTimeout, retryFor, errorLimit, found nothing',
    ],
    [
      `${HEAD}transform:\n  - renam: { a: b }\n`,
      'orders.yaml:5:5  transform[0].renam: unknown field; did you mean rename?',
    ],
    [
      `${HEAD}transform:\n  - drop: a\n`,
      'orders.yaml:5:11  transform[0].drop: expected a list (each entry a text that is not empty), found a text',
    ],
    [
      `${HEAD}transform:\n  - { drop: [a], rename: { a: b } }\n`,
      'orders.yaml:5:5  transform[0]: expected one of rename, drop, constant, filter or mask in each step (start each with "- "), found an object',
    ],
    [
      `${HEAD}transform:\n  - drop\n`,
      'orders.yaml:5:5  transform[0]: expected one of rename, drop, constant, filter or mask in each step (start each with "- ")',
    ],
    [
      `${HEAD}transform:\n  - constant: { a: [1] }\n`,
      'orders.yaml:5:20  transform[0].constant.a: expected a text, a number, true, false or null, found a list',
    ],
    [
      `${HEAD}transform:\n  drop: [a]\n`,
      'orders.yaml:5:3  transform: expected a list (each entry one of rename, drop, constant, filter or mask), found an object',
    ],
    [
      'name: o\nsource: { type: cvs, path: a }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:2:17  source.type: expected csv, json or ndjson; did you mean csv?',
    ],
    [
      'name: o\nsource: { path: a }\nsink: { endpoints: "mq:1", topic: t }\n',
      /^orders\.yaml:2:1 {2}source\.type: missing field \(/,
    ],
    [
      'name: o\nsource: { type: csv, path: a }\nsink:\n  endpoints: "mq:1"\n',
      /^orders\.yaml:3:1 {2}sink\.topic: missing field \(/,
    ],
    ['name: o\nsource: { type: csv, path: a }\n', /^orders\.yaml:1:1 {2}sink: missing field \(/],
    [
      'name: o\nsource: { type: csv, path: 5 }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:2:28  source.path: expected a file, a glob, or a list of them, found the number 5',
    ],
    [
      'name: o\nsource: { type: csv, path: [a, 5] }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:2:32  source.path[1]: expected a text that is not empty, found the number 5',
    ],
    [
      'name: o\nsource: { type: ndjson, path: a, delimiter: ";" }\nsink: { endpoints: "mq:1", topic: t }\n',
      /^orders\.yaml:2:34 {2}source\.delimiter: unknown field; expected one of type, path/,
    ],
    [
      'name: o\nsource: { type: csv, path: a, delimiter: ";;" }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:2:42  source.delimiter: expected one ASCII character other than NUL and line ends',
    ],
    [
      'name: o\nsource: { type: csv, path: a, quote: "," }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:2:38  source.quote: expected another character than the delimiter',
    ],
    [
      'name: o\nsource: { type: csv, path: a, columns: { id: integr } }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:2:46  source.columns.id: expected one of string, integer, decimal, boolean, timestamp, json or an object with type, required, format, timezone; did you mean integer?',
    ],
    [
      'name: o\nsource: { type: csv, path: a, columns: { "a b": { typ: integer } } }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:2:51  source.columns["a b"].typ: unknown field; did you mean type?',
    ],
    [
      'name: o\nsource: { type: csv, path: a, columns: { id: 5 } }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:2:46  source.columns.id: expected string, integer, decimal, boolean, timestamp or json, or { type: integer, required: true }, found the number 5',
    ],
    [
      'name: a b\nsource: { type: csv, path: a }\nsink: { endpoints: "mq:1", topic: t }\n',
      'orders.yaml:1:7  name: expected a name of letters, digits, ".", "_" and "-", at most 200',
    ],
    [
      'name: o\nsource: { type: csv, path: a }\nsink: { endpoints: http://mq, topic: t }\n',
      'orders.yaml:3:20  sink.endpoints: expected the address of a RocketMQ 5 proxy, such as 127.0.0.1:8081 (several with ";" between them)',
    ],
    [`${HEAD}__proto__: { a: 1 }\n`, 'orders.yaml:4:1  __proto__: this name can not be used for a field'],
  ])('%j', (text, expected) => {
    const [first, ...more] = shown(text);
    expect(more).toEqual([]);
    if (typeof expected === 'string') expect(first).toBe(expected);
    else expect(first).toMatch(expected);
  });

  test('every one of them, in the order of the file', () => {
    const problems = shown(
      'name: a b\nsource: { type: csv, paht: a }\nsink: { endpoints: "mq:1", topic: t, tga: x }\n',
    );
    expect(problems).toEqual([
      expect.stringMatching(/^orders\.yaml:1:7 {2}name/),
      'orders.yaml:2:22  source.paht: unknown field; did you mean path?',
      'orders.yaml:3:38  sink.tga: unknown field; did you mean tag?',
    ]);
  });

  test('in JSON, with tabs and CRLF', () => {
    const text =
      '{\n\t"name": "o",\n\t"source": { "type": "csv", "path": "a" },\n\t"sink": {\n\t\t"endpoints": "mq:1",\n\t\t"topics": "t"\n\t}\n}\n';
    const expected = ['o.json:6:3  sink.topics: unknown field; did you mean topic?'];
    expect(shown(text, 'o.json')).toEqual(expected);
    expect(shown(text.replaceAll('\n', '\r\n'), 'o.json')).toEqual(expected);
  });

  test('wherever an unknown field stands', () => {
    fc.assert(
      fc.property(documents, fc.nat(), (document, at) => {
        const objects = [document, document.source, document.sink, document.settings ?? document] as object[];
        Object.assign(objects[at % objects.length], { qqqqqqqq: 1 });
        const text = stringify(document);
        const line = text.split('\n').findIndex((row) => row.includes('qqqqqqqq')) + 1;
        const column = text.split('\n')[line - 1].indexOf('qqqqqqqq') + 1;
        const problems = problemsOf(() => parseJobText(text, { file: 'o', baseDir: '/' }));
        expect(problems).toMatchObject([{ line, column }]);
      }),
    );
  });
});

describe('what is no job at all', () => {
  test.each([
    ['', 'orders.yaml:1:1  the file is empty; expected a job'],
    ['# nothing\n', 'orders.yaml:1:1  the file is empty; expected a job'],
    [
      'hello\n',
      'orders.yaml:1:1  expected an object with name, source, sink, transform, settings, dirty, verify, schedule, found a text',
    ],
    [
      '- a\n',
      'orders.yaml:1:1  expected an object with name, source, sink, transform, settings, dirty, verify, schedule, found a list',
    ],
    ['name: a\nname: b\n', 'orders.yaml:2:1  this field stands here a second time; remove one'],
    ['{"name": "a",\n "name": "b"}', 'orders.yaml:2:2  this field stands here a second time; remove one'],
    ['name: a\n\tb: c\n', /^orders\.yaml:2:1 {2}/],
    ['name: [a\n', /^orders\.yaml:\d:\d {2}not valid YAML: /],
    ['a: 1\n---\nb: 2\n', /^orders\.yaml:\d:1 {2}a second document/],
    ['%YAML 1.1\n---\na: yes\n', /expected YAML 1\.2/],
    ['a: *nobody\n', /a YAML alias \(\*name\) without its anchor/],
    ['a: !!js/function "x"\n', /^orders\.yaml:1:4 {2}not valid YAML: /],
    ['? [a]\n: b\n', /all keys must be strings/],
  ])('%j', (text, expected) => {
    const [first] = shown(text);
    if (typeof expected === 'string') expect(first).toBe(expected);
    else expect(first).toMatch(expected);
  });

  test('aliases that would fill the memory', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`;
    const text = ['a: &a [1]', level('b', 'a'), level('c', 'b'), level('d', 'c'), level('e', 'd')].join('\n');
    expect(shown(text)).toEqual([expect.stringContaining('too many YAML aliases')]);
  });

  test.each([null, 5, 'x', [], undefined])('%j as a document', (document) => {
    expect(problemsOf(() => validateJobDocument(document))).toMatchObject([{ path: '' }]);
  });
});

describe('numbers', () => {
  const withConstant = (value: string) => `${HEAD}transform:\n  - constant: { n: ${value} }\n`;

  test.each([
    '9007199254740993',
    '12345678901234567890',
    '0.1234567890123456789',
    '1e400',
    '0xFFFFFFFFFFFFFFFFFF',
  ])('%s is not rounded in silence', (value) => {
    expect(shown(withConstant(value))[0]).toMatch(
      /^orders\.yaml:5:20 {2}transform\[0\]\.constant\.n: a number with more/,
    );
  });

  test.each([
    ['9007199254740991', 9007199254740991],
    ['1.50', 1.5],
    ['-0.001', -0.001],
    ['1e3', 1000],
    ['1.5e-7', 1.5e-7],
    ['0x1F', 31],
    ['"9007199254740993"', '9007199254740993'],
  ])('%s is taken', (value, expected) => {
    const { job } = parseJobText(withConstant(value), { file: 'o', baseDir: '/' });
    expect(job.transform).toEqual([{ constant: { n: expected } }]);
  });

  test.each(['.inf', '.nan'])('%s is none', (value) => expect(shown(withConstant(value))).toHaveLength(1));
});

test('an error for scripts names path, expectation and nearest field', () => {
  const [problem] = problemsOf(() => validateJobDocument({ ...smallest(), setings: {} }));
  expect(problem).toEqual({
    path: 'setings',
    message: 'unknown field; did you mean settings?',
    expected: 'one of name, source, sink, transform, settings, dirty, verify, schedule',
    nearest: 'settings',
  });
});
