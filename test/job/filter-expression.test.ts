import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../src/job/filter-expression.js';
import { validateJobDocument } from '../../src/job/parse.js';
import { problemsOf } from './problems-of.js';

describe('a filter', () => {
  it.each([
    ['amount > 5.0 && status != "void"', ['amount', 'status'], []],
    ['record["order-id"] == 1 || record.type == "x"', [], ['order-id', 'type']],
    ['items.exists(item, item.price > limit)', ['items', 'limit'], []],
    ['items.all(record, record["x"] == 1)', ['items'], []],
    ['has(order.customer.name) ? size(order.items) > 1 : -total > -5', ['order', 'total'], []],
    ['status in ["a", prefix + "b"] && {"k": v}[k] == 1', ['status', 'prefix', 'v', 'k'], []],
    ['t > timestamp("2026-01-02T03:04:05+08:00") - duration("1h30m")', ['t'], []],
    ['[1, 2].filter(n, n > m) == [] && m in l.map(n, n * 2)', ['m', 'l'], []],
    ['record.l[0].all(n, n > 0) && size(l.filter(n, n > 0)) == 1', ['l'], ['l']],
    ['true', [], []],
  ])('%s names what it needs', (text, variables, members) => {
    expect(parseFilter(text)).toEqual({ variables, members, conversions: [] });
  });

  it.each([
    ['a >', 'Unexpected token: EOF (at character 4)'],
    ['a = 1', 'Unexpected character: = (at character 3)'],
    ['"\\d"', 'Invalid escape sequence'],
    ['if > 1', 'Reserved identifier: if'],
    ['a.matches("(x+)+y")', 'there is no function matches here'],
    ['matches(a, "x")', 'there is no function matches here'],
    ['a.getDayOfYear() == 1', 'there is no function getDayOfYear here'],
    ['a.getHours("Asia/Shanghai") == 1', 'counts in UTC'],
    ['type == "x"', 'a field of that name is record["type"]'],
    ['size(record) == 1', 'record["name"] or record.name only'],
    ['record[a] == 1', 'the name of a field in quotes'],
    ['has(record.a)', 'record.a != null'],
    ['timestamp(a) > timestamp(b)', 'declare a column as timestamp'],
    ['a > timestamp("2026-02-30T00:00:00Z")', 'timestamp takes a text'],
    ['a > timestamp("2026-01-02T03:04:05")', 'timestamp takes a text'],
    ['a > timestamp("2026-01-02T25:04:05Z")', 'timestamp takes a text'],
    ['duration("1 hour") > b', 'duration takes a text'],
    ['l.all(a, l.all(b, a == b))', 'all can not stand within all'],
    ['l.exists(a, size(l.map(b, b)) > 1)', 'map can not stand within exists'],
    ['l.map(x, x + x).map(x, x + x) == l', 'through a list that stands in the record'],
    ['[l.map(x, x + x)].exists(x, x == l)', 'map can not stand within exists'],
    ['(l + l).exists(x, x == 1)', 'through a list that stands in the record'],
    ['[l + l][0].exists(x, x == 1)', 'through a list that stands in the record'],
    ['a.split("").exists(x, x == "1")', 'through a list that stands in the record'],
    ['l.join(a) == a', 'join takes a text in quotes'],
    ['strictInt(a) == 1', 'there is no function strictInt here'],
    [`${'('.repeat(40)}a${')'.repeat(40)}`, 'Exceeded maxDepth (32)'],
    [Array(600).fill('a').join(' && '), 'Exceeded maxAstNodes (1000)'],
  ])('%s is refused', (text, problem) => {
    expect(parseFilter(text)).toContain(problem);
    expect(parseFilter(text)).not.toContain('\n');
  });

  it('tells where it makes numbers of texts', () => {
    expect(parseFilter('s == "int(" && (int(a) > 1 || double(b)<int( c ))')).toMatchObject({
      conversions: [
        { name: 'int', start: 16 },
        { name: 'double', start: 30 },
        { name: 'int', start: 40 },
      ],
    });
  });
});

describe('a job file', () => {
  const problems = (transform: unknown, columns: unknown = {}) =>
    problemsOf(() =>
      validateJobDocument({
        name: 'x',
        source: { type: 'csv', path: '/x', columns },
        sink: { endpoints: '127.0.0.1:8081', topic: 'orders' },
        transform,
      }),
    );

  it('with a mistake in a filter points at it', () => {
    expect(problems([{ drop: ['a'] }, { filter: 'a ==' }])).toEqual([
      {
        path: 'transform[1].filter',
        message: 'expected a condition in CEL: Unexpected token: EOF (at character 5)',
        expected: 'a condition in CEL: Unexpected token: EOF (at character 5)',
      },
    ]);
  });

  it.each([
    ['YYYY-MM-dd', 'not YYYY'],
    ['yyyy-MM-ddTHH', 'not T'],
    ['yyyy-MM-dd hh', 'not hh'],
    ['yyyy-MM-dd HH:mm:ss.SSSSSSSSSS', 'not SSSSSSSSSS'],
    ['yyyy-MM-dd XX', 'not XX'],
    ['yy-MM-dd', 'not yy'],
    ["yyyy-MM-dd'T", "a second '"],
    ['yyyy-MM-dd MM', 'MM once only'],
    ['HH:mm:ss', 'without a date'],
    ['yyyy-MM', 'without a date'],
    ['yyyy-MM-dd mm', 'has the hour where it has the minute'],
    ['yyyy-MM-dd HH:ss', 'has the minute where it has the second'],
    ['yyyy-MM-dd HH:mm.SSS', 'has the second where it has the fraction'],
  ])('with the format %s points at it', (format, message) => {
    expect(problems([], { at: { type: 'timestamp', format } })).toEqual([
      expect.objectContaining({
        path: 'source.columns.at.format',
        message: expect.stringContaining(message),
      }),
    ]);
  });
});
