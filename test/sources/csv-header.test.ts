/** The first row of a CSV file: the header, or a record where there is none. */
import { describe, expect, test } from 'vitest';
import { useCsv } from './csv-reading.js';
import { faultOf, open, outcome, partitionsOf, readAll } from './reading.js';

const { folder, csv, read } = useCsv();
const HEADLESS = { header: false, columns: { a: 'string', b: 'string' } };

describe('without a header', () => {
  test('the job names the columns, in its order, in all files alike', async () => {
    const paths = [
      folder.newFile('.csv', '1;2\n'),
      folder.newFile('.csv', ''),
      folder.newFile('.csv', '\ufeff3;4'),
    ];
    const columns = { z: 'string', a: 'integer' };
    const source = open({ type: 'csv', path: paths, header: false, delimiter: ';', columns });
    expect((await source.describe()).columns).toEqual(['z', 'a']);
    expect((await partitionsOf(source)).warnings).toEqual([`${paths[1]} has no records`]);
    expect((await readAll(source)).map(outcome)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('a record with another number of fields is dirty, be it the first', async () => {
    expect(await read('1\n2,3\n4,5,6\n', HEADLESS)).toEqual([
      'too_few_fields',
      ['2', '3'],
      'too_many_fields',
    ]);
  });

  test('partitions cover the file from its first byte', async () => {
    const content = '1,2\n'.repeat(1000);
    const source = open(
      { type: 'csv', path: folder.newFile('.csv', content), ...HEADLESS },
      { partitionSize: 1000 },
    );
    const { partitions } = await partitionsOf(source);
    expect(partitions.map(({ start }) => start)).toEqual([0, 1000, 2000, 3000]);
  });
});

describe('the header', () => {
  test.each([
    ['names a column twice', 'a,b,a\n1,2,3\n', {}, 'duplicate_column', 'more than one column "a"'],
    ['leaves a column without a name', 'a,,c\n1,2,3\n', {}, 'empty_column', 'Column 2'],
    [
      'lacks a declared column',
      'id,amount\n',
      { columns: { amuont: 'decimal' } },
      'column_missing',
      '"id", "amount"',
    ],
    ['can not be read', '"a,b\n', {}, 'header_unreadable', 'a quote is not closed'],
    ['is all there seems to be, because lines end in CR', 'a,b\r1,2\r', {}, 'line_ends', 'carriage return'],
    ['ends in CR, which is said to be data', 'a,b\r\n1,2\r\n', { lineEnd: 'lf' }, 'line_ends', 'Column 2'],
    [
      'seems to hold data, because lines end in LF',
      'a,b\n1,2\n',
      { lineEnd: 'crlf' },
      'line_ends',
      'line feed',
    ],
  ])('that %s is the fault of the user', async (_name, content, more, code, message) => {
    const fault = await faultOf(() => csv(content, more).describe());
    expect(fault).toMatchObject({ code, fault: 'user', message: expect.stringContaining(message) });
    expect(await faultOf(() => csv(content, more).partition(undefined, 1, 0, () => {}))).toMatchObject({
      code,
    });
  });

  test('that lacks a column names the one that was meant', async () => {
    const fault = await faultOf(() => csv('id,amount\n', { columns: { amuont: 'decimal' } }).describe());
    expect(fault.mend).toBe('Did you mean "amount"?');
  });

  test.each([
    ['a,b\r1,2\r', 'auto', 'set source.lineEnd: cr'],
    ['"a","b"\r"1","2"\r', 'auto', 'set source.lineEnd: cr'],
    [`a,b\r${'1,2\r'.repeat(1000)}`, 'auto', 'set source.lineEnd: cr'],
    ['a,b\r1,2\r', 'lf', 'set source.lineEnd: cr'],
    ['a,b\r\n1,2\r\n', 'lf', 'leave source.lineEnd out'],
    ['"a","b"\r\n1,2\r\n', 'lf', 'leave source.lineEnd out'],
    ['a,b\n1,2\n', 'cr', 'leave source.lineEnd out'],
  ])(
    'that shows other line ends than the job names brings the mend: %j as %s',
    async (content, lineEnd, mend) => {
      const fault = await faultOf(() => csv(content, { lineEnd, maxRecordSize: 1024 }).describe());
      expect(fault.mend).toContain(mend);
    },
  );

  const NAMELESS = { header: false, columns: { a: 'string' } };
  test.each([
    ['a,b\r\n1,2\r\n', { lineEnd: 'cr' }, 'A line feed stands behind'],
    ['a,b|\n1,2|\n', { lineEnd: '|' }, 'A line feed stands behind'],
    ['a,b|\r\n1,2|\r\n', { lineEnd: '|' }, 'A carriage return stands behind'],
    ['1,2\r\n3,4\r\n', { ...HEADLESS, lineEnd: 'cr' }, 'A line feed stands behind'],
    ['1,2\r\n3,4\r\n', { ...HEADLESS, lineEnd: 'lf' }, 'Field 2 of the first record'],
    ['1,2\r3,4\r', HEADLESS, 'Field 2 of the first record'],
    ['1\r2\r', NAMELESS, 'Field 1 of the first record'],
    ['1\n2\n', { ...NAMELESS, lineEnd: 'crlf' }, 'Field 1 of the first record'],
  ])('%j is not read with %j', async (content, more, message) => {
    for (const blockSize of [1, 1000]) {
      const source = open({ type: 'csv', path: folder.newFile('.csv', content), ...more }, { blockSize });
      for (const work of [() => source.describe(), () => source.partition(undefined, 1, 0, () => {})]) {
        const fault = await faultOf(work);
        expect(fault).toMatchObject({ code: 'line_ends', fault: 'user' });
        expect(fault.message).toContain(message);
        expect(fault.mend).toContain('source.lineEnd');
      }
    }
  });

  test('or a first record may hold line ends in quotes, a record that fits others as well', async () => {
    expect(await read('"a\r",b\n"\n",2\n', { lineEnd: 'lf' })).toEqual([['\n', '2']]);
    expect(await read('x\ry,2\n3,4\n', HEADLESS)).toEqual([
      ['x\ry', '2'],
      ['3', '4'],
    ]);
  });

  test.each([
    [Buffer.from([0x61, 0x2c, 0xe9, 0x0a]), {}, 'invalid_utf8'],
    [Buffer.from('a,b\n1,2\n', 'utf16le'), {}, 'nul_byte'],
    [Buffer.from([0x61, 0x2c, 0xff, 0x0a]), { encoding: 'gbk' }, 'undecodable'],
  ])('of another encoding brings the mend: %#', async (content, more, _code) => {
    const fault = await faultOf(() => csv(content, more).describe());
    expect(fault).toMatchObject({ code: 'header_unreadable', fault: 'user' });
    expect(fault.mend).toMatch(/^Set source.encoding/);
  });

  test('that may be a record shows little of itself', async () => {
    const values = Array.from({ length: 9 }, (_, i) => `${i}${'x'.repeat(100)}`);
    const source = csv(`${values.join(',')}\n`, { columns: { id: 'string' } });
    const fault = await faultOf(() => source.describe());
    expect(fault.message).toContain(`"4${'x'.repeat(39)}…" and 4 more`);
    expect(fault.message).not.toContain('x'.repeat(40));
    expect(fault.mend).toContain('set source.header: false');
  });

  test('may have line ends in quoted names', async () => {
    const source = csv('"a\r\nx","b\ry"\r\n1,2\r\n');
    expect((await source.describe()).columns).toEqual(['a\r\nx', 'b\ry']);
  });

  test('must be the same in all files', async () => {
    const one = folder.file('h1.csv', 'a,b\n1,2\n');
    const other = folder.file('h2.csv', 'b,a\n1,2\n');
    const source = open({ type: 'csv', path: [one, other] });
    const differs = { code: 'header_differs', fault: 'user' };
    const fault = await faultOf(() => source.describe());
    expect(fault).toMatchObject(differs);
    expect(fault.message).toContain(one);
    expect(fault.message).toContain(other);
    const { next } = await source.partition(undefined, 1, 0, () => {});
    expect(await faultOf(() => source.partition(next, 1, 1, () => {}))).toMatchObject(differs);
  });

  test.each([
    ['nothing', ''],
    ['a byte order mark', '\ufeff'],
    ['only a header', 'a,b\n'],
    ['a header and blank lines', 'a,b\n\n\r\n'],
    ['only comments', '# a\n# "b\n', { comment: '#' }],
    ['one comment without a line end', '# a', { comment: '#' }],
    ['a header and comments', '# a\na,b\n# 1,2\n', { comment: '#' }],
    ['nothing, where a header is missing', '', HEADLESS],
    ['a byte order mark, where a header is missing', '\ufeff', HEADLESS],
    ['only comments, where a header is missing', '# a\n\n# b', { ...HEADLESS, comment: '#' }],
  ])(
    'a file of %s has no records, and a warning says so',
    async (_name, content, more: Record<string, unknown> = {}) => {
      const path = folder.newFile('.csv', content);
      const source = open({ type: 'csv', path, ...more });
      expect((await source.describe()).inputs).toEqual([path]);
      expect(await partitionsOf(source)).toEqual({ partitions: [], warnings: [`${path} has no records`] });
    },
  );
});
