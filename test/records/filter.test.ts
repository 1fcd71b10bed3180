import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConverter, FILTERED } from '../../src/records/converter.js';
import { jobOf, jsonBatch, textBatch } from './support.js';

type Parts = Parameters<typeof jobOf>[0];
type Transform = NonNullable<Parts['transform']>;

/** What becomes of a CSV record and of a JSON record that are the same. */
const ofText = (row: Record<string, string | null>, columns: object, ...transform: Transform) =>
  textFilter(Object.keys(row), columns, transform)(Object.values(row));
const ofJson = (record: string, columns: object, ...transform: Transform) =>
  jsonFilter(columns, transform)(record);

function textFilter(names: readonly string[], columns: object, transform: Transform) {
  const source = { type: 'csv' as const, path: '/x', columns: columns as never };
  const convert = createConverter(jobOf({ source, transform }), names);
  return (row: readonly (string | null)[]) => outcome(convert(textBatch(names, [row]), 0));
}

function jsonFilter(columns: object, transform: Transform) {
  const source = { type: 'ndjson' as const, path: '/x', columns: columns as never };
  const convert = createConverter(jobOf({ source, transform }), undefined);
  return (record: string) => outcome(convert(jsonBatch([record]), 0));
}

function outcome(result: ReturnType<ReturnType<typeof createConverter>>) {
  if (result === FILTERED) return 'out';
  if ('body' in result) return Buffer.from(result.body as string).toString();
  return result;
}
const kept = (result: unknown) => typeof result === 'string' && result !== 'out';

const COLUMNS = {
  ...{ i: 'integer', d: 'decimal', b: 'boolean', j: 'json', s: 'string' },
  t: { type: 'timestamp', timezone: 'Asia/Shanghai' },
};
const ROW = {
  i: '9007199254740993',
  d: '1.50',
  b: 'TRUE',
  j: '{"list":[1,2.5,"x"],"constructor":"c","n":null,"o":{"big":9007199254740993}}',
  s: 'a,b',
  t: '2026-01-02T03:04:05.123456',
  'order-id': '7',
  type: 'x',
};
const JSON_ROW = `{"i":${ROW.i},"d":${ROW.d},"b":true,"j":${ROW.j},"s":"a,b","t":"${ROW.t}","order-id":"7","type":"x"}`;

describe('a filter knows values by their types', () => {
  it.each([
    ['i == 9007199254740993', true],
    ['i == 9007199254740992', false],
    ['i > 5 && i > 5.5', true],
    ['i % 2 == 1', true],
    ['d == 1.5', true],
    ['d > 1 && d < 2', true],
    ['b', true],
    ['!b', false],
    ['s == "a,b" && s.startsWith("a") && s.contains(",") && size(s) == 3', true],
    ['s.split(",")[1] == "b"', true],
    ['t > timestamp("2026-01-01T19:04:05.122Z")', true],
    ['t == timestamp("2026-01-01T19:04:05.123Z")', true],
    ['t - duration("1h") < timestamp("2026-01-02T03:04:05+08:00")', true],
    ['t.getFullYear() == 2026 && t.getDate() == 1 && t.getHours() == 19', true],
    ['j.list[0] == 1 && j.list[1] == 2.5 && "x" in j.list && size(j.list) == 3', true],
    ['j.constructor == "c" && j.n == null', true],
    ['j.o.big == 9007199254740993', true],
    ['has(j.o.big) && !has(j.o.small)', true],
    ['j.list.exists(e, e == "x")', true],
    ['record["order-id"] == "7" && record.type == "x" && record.i == i', true],
    ['i != null && s != null && t != null && d != null && b != null && j != null', true],
  ])('%s is %s', (filter, expected) => {
    expect(kept(ofText(ROW, COLUMNS, { filter }))).toBe(expected);
    expect(kept(ofJson(JSON_ROW, COLUMNS, { filter }))).toBe(expected);
  });

  it.each([
    ['a == 1', '{"a":1}', true],
    ['a == 1', '{"a":1.0}', true],
    ['a == 1', '{"a":"1"}', false],
    ['a == 1', '{}', false],
    ['a == null', '{}', true],
    ['a == null', '{"a":null}', true],
    ['a == 9223372036854775807', '{"a":9223372036854775807}', true],
    ['a > 9223372036854775807', '{"a":9223372036854775808}', true],
    ['a >= 9223372036854775807.0', '{"a":9223372036854775808}', true],
    ['a.b[0].c', '{ "a" : { "b" : [ { "c" : true } ] } }', true],
    ['a == [] && b == {}', '{"a":[ ],"b":{ }}', true],
    ['a == "\\u00e9"', '{"a":"\\u00e9"}', true],
  ])('%s of %s in JSON without types: %s', (filter, record, expected) => {
    expect(kept(ofJson(record, {}, { filter }))).toBe(expected);
  });

  it('sends what it lets through as it stood', () => {
    expect(ofJson(' {"a": 1.10 }'.trim(), {}, { filter: 'a > 1.0' })).toBe('{"a": 1.10 }');
    expect(ofText({ d: '1.10' }, { d: 'decimal' }, { filter: 'd > 1.0' })).toBe('{"d":1.10}');
  });

  it('agrees with JavaScript', () => {
    const value = fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-0.5, 0.5, 1.5)));
    const word = fc.option(fc.constantFrom('', 'a', 'b', 'ab'));
    const filter = 'n != null && (n > m || w == "a") || m == null && w in ["b", "ab"]';
    const columns = { n: 'decimal', m: 'integer', w: 'string' };
    const fromText = textFilter(['n', 'm', 'w'], columns, [{ filter }]);
    const fromJson = jsonFilter(columns, [{ filter }]);
    const text = (x: unknown) => (x === null ? null : String(x));
    fc.assert(
      fc.property(value, fc.option(fc.integer({ min: -3, max: 3 })), word, (n, m, w) => {
        const first = n === null ? false : m === null ? w === 'a' || undefined : n > m || w === 'a';
        const second = m === null && w !== null && ['b', 'ab'].includes(w);
        const expected = first === undefined ? second || undefined : first || second;
        for (const result of [fromText([text(n), text(m), w]), fromJson(JSON.stringify({ n, m, w }))]) {
          if (expected === undefined) expect(result).toMatchObject({ code: 'filter_failed' });
          else expect(kept(result)).toBe(expected);
        }
      }),
    );
  });
});

describe('steps apply in order', () => {
  it('so that a filter sees names and values as the steps before have left them', () => {
    const transform: Transform = [
      { filter: 'a == "secret"' },
      { rename: { a: 'x' } },
      { constant: { n: 5, z: null } },
      { filter: 'x == "secret" && n == 5 && z == null' },
      { mask: { x: { keepLast: 2 }, n: { keepLast: 0 } } },
      { filter: 'x == "****et" && n == "*"' },
    ];
    expect(ofText({ a: 'secret' }, {}, ...transform)).toBe('{"x":"****et","n":"*","z":null}');
    expect(ofJson('{"a":"secret"}', {}, ...transform)).toBe('{"x":"****et","n":"*","z":null}');
  });

  it('and each filter counts', () => {
    expect(ofText({ a: '1' }, {}, { filter: 'true' }, { filter: 'false' })).toBe('out');
    expect(ofJson('{"a":1}', {}, { filter: 'a == 1' }, { filter: 'a == 2' })).toBe('out');
  });

  it('and types are checked before all of them', () => {
    expect(ofText({ i: 'x' }, { i: 'integer' }, { filter: 'false' })).toMatchObject({ code: 'not_integer' });
  });
});

describe('a record that a filter can not judge is dirty', () => {
  it.each([
    ['i < 5', { i: null }, '"i" has no value: i != null && …'],
    ['record["i"] + 1 < 5', { i: null }, '"i" has no value: i != null && …'],
    ['record["order-id"].startsWith("x")', { 'order-id': null }, 'record["order-id"] != null && …'],
    ['1 / (i - 7) > 0', { i: '7' }, 'neither true nor false'],
    ['j', { j: '"PRIVATE"' }, 'neither true nor false'],
    ['j.PRIVATE > 1', { j: '{}' }, 'neither true nor false'],
    ['bool(s)', { s: 'PRIVATE' }, 'neither true nor false'],
    ['int(s) == 0', { s: '' }, 'neither true nor false'],
    ['int(s) == 3', { s: '0b11' }, 'neither true nor false'],
    ['int(s) == 3', { s: ' 3' }, 'neither true nor false'],
    ['int(s) > 3', { s: '9223372036854775808' }, 'neither true nor false'],
    ['double(s) == 16.0', { s: '0x10' }, 'neither true nor false'],
    ['double(s) > 0.0', { s: 'inf' }, 'neither true nor false'],
  ])('%s of %j', (filter, row, hint) => {
    const fault = { code: 'filter_failed', message: expect.stringContaining(hint) };
    const result = ofText(
      { other: 'PRIVATE', ...row } as never,
      pick(COLUMNS, row),
      { drop: ['other'] },
      { filter },
    );
    expect(result).toEqual(fault);
    expect(JSON.stringify(result)).not.toContain('PRIVATE');
    expect(JSON.stringify(result)).toContain('step 2');
  });

  it.each([
    ['{"a":9223372036854775808}', { a: 'integer' }, 'not_filterable'],
    [`{"a":${'['.repeat(40)}${']'.repeat(40)}}`, {}, 'not_filterable'],
    [`{"a":[${Array(1001).fill(0)}]}`, {}, 'not_filterable'],
    [`{"a":[${Array(11).fill(`[${Array(1000).fill(0)}]`)}]}`, {}, 'not_filterable'],
    [`{"a":"${'x'.repeat(300_000)}"}`, {}, 'not_filterable'],
    ['{"a":1,"a":2}', {}, 'duplicate_field'],
  ])('%s with columns %j: %s', (record, columns, code) => {
    expect(ofJson(record, columns, { filter: 'a != null' })).toMatchObject({ code });
  });

  it.each([
    ['{"old":1.5}', { a: 'integer' }, { rename: { old: 'a' } }, 'a > 1.0', '{"a":1.5}'],
    ['{"old":"x"}', { a: 'timestamp' }, { rename: { old: 'a' } }, 'a == "x"', '{"a":"x"}'],
    ['{}', { a: 'integer' }, { constant: { a: 1.5 } }, 'a > 1.0', '{"a":1.5}'],
    ['{}', { a: 'timestamp' }, { constant: { a: 'x' } }, 'a == "x"', '{"a":"x"}'],
    [
      '{"t":"2026-01-02T03:04:05Z"}',
      { t: 'timestamp' },
      { rename: { t: 'a' } },
      'a.getDate() == 2',
      '{"a":"2026-01-02T03:04:05Z"}',
    ],
    ['{"a":1.5}', { t: 'integer' }, { rename: { t: 'a' } }, 'a != null', { code: 'not_filterable' }],
    ['{"a":"x"}', { t: 'timestamp' }, { rename: { t: 'a' } }, 'a != null', { code: 'not_filterable' }],
    ['{"t":"x"}', { i: 'integer', t: 'string' }, { rename: { t: 'i' } }, 'i == "x"', '{"i":"x"}'],
  ] as const)('%s with columns %j after %j: %s', (record, columns, step, filter, expected) => {
    const result = ofJson(record, columns, step as Transform[number], { filter });
    if (typeof expected === 'string') expect(result).toBe(expected);
    else expect(result).toMatchObject(expected);
  });

  it('but only what it names is looked at', () => {
    expect(ofText({ i: '9223372036854775808', s: 'x' }, { i: 'integer' }, { filter: 's == "x"' })).toContain(
      '9223372036854775808',
    );
  });
});

describe('a filter that can never work is refused beforehand', () => {
  const columns = { i: 'integer', d: 'decimal', s: 'string', j: 'json', t: 'timestamp' };
  const row = { i: '1', d: '1', s: '', j: '1', t: '2026-01-02T03:04:05' };

  it.each([
    ['nope == 1', 'unknown_field', /"nope".*i, d, s, j, t/],
    ['record["nope"] == 1', 'unknown_field', /"nope"/],
    ['s > 5', 'bad_filter', /string > int/],
    ['s == 5', 'bad_filter', /string == int/],
    ['d + 1 > 2.0', 'bad_filter', /double \+ int/],
    ['i', 'bad_filter', /type int, not true or false/],
    ['t > "2026"', 'bad_filter', /Timestamp > string/],
    ['s.startsWith(1)', 'bad_filter', /startsWith/],
    ['size(i) > 1', 'bad_filter', /size/],
  ])('%s: %s', (filter, code, text) => {
    const job = () => ofText(row, columns, { filter });
    expect(job).toThrow(expect.objectContaining({ code, fault: 'user' }));
    try {
      job();
    } catch (error) {
      const { message, mend } = error as { message: string; mend: string };
      expect(`${message} ${mend}`).toMatch(text);
      expect(message).not.toContain('\n');
    }
  });

  it('also for a name that an earlier step has taken away', () => {
    expect(() => ofText(row, columns, { rename: { s: 'z' } }, { filter: 's == ""' })).toThrow('"s"');
    expect(() => ofText(row, columns, { drop: ['s'] }, { filter: 's == ""' })).toThrow('"s"');
    expect(ofText(row, columns, { rename: { s: 'z' } }, { filter: 'z == ""' })).toContain('"z":""');
  });

  it('also in JSON where types are declared, through renames and masks', () => {
    const steps: Transform = [{ rename: { i: 's', s: 'i' } }, { mask: { d: 'hash' } }];
    expect(() => ofJson('{}', columns, ...steps, { filter: 's == ""' })).toThrow('int == string');
    expect(() => ofJson('{}', columns, ...steps, { filter: 'd > 1.0' })).toThrow('string > double');
    expect(ofJson('{"i":1}', columns, ...steps, { filter: 's == 1 && d == null' })).toBe('{"s":1}');
  });
});

function pick(columns: object, row: object): object {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => name in row));
}
