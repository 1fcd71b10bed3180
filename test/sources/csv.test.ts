import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  faultOf,
  open,
  partitionsOf,
  type ReadRecord,
  readAll,
  readPartition,
  useFolder,
} from './reading.js';

const folder = useFolder();
const csv = (content: string | Uint8Array, more: Record<string, unknown> = {}) =>
  open({ type: 'csv', path: folder.newFile('.csv', content), ...more });
const outcome = ({ values, fault }: ReadRecord) => fault ?? values;

async function read(content: string | Uint8Array, more: Record<string, unknown> = {}): Promise<unknown[]> {
  return (await readAll(csv(content, more))).map(outcome);
}

describe('values', () => {
  test('stay as they stand in the file', async () => {
    const rows = await read('id,amount\n9007199254740993123,0.10\n 007 ,1e400\n');
    expect(rows).toEqual([
      ['9007199254740993123', '0.10'],
      [' 007 ', '1e400'],
    ]);
  });

  test('in quotes hold delimiters, quotes and line ends', async () => {
    expect(await read('a,b\n"x,y","say ""hi""\r\nthere\n"\n')).toEqual([['x,y', 'say "hi"\r\nthere\n']]);
  });

  test('are null only where the text that means it is not in quotes', async () => {
    const content = 'a,b,c\n,"",x\nNULL,"NULL","y"\n';
    expect(await read(content, { nullText: '' })).toEqual([
      [null, '', 'x'],
      ['NULL', 'NULL', 'y'],
    ]);
    expect(await read(content, { nullText: 'NULL' })).toEqual([
      ['', '', 'x'],
      [null, 'NULL', 'y'],
    ]);
    expect(await read(content)).toEqual([
      ['', '', 'x'],
      ['NULL', 'NULL', 'y'],
    ]);
  });

  test('are escaped by another character, which takes the meaning from itself as well', async () => {
    const rows = await read("a;b\n'it\\'s';'back\\\\'\n'x;\\\ny';\\N\n", {
      delimiter: ';',
      quote: "'",
      escape: '\\',
      nullText: '\\N',
    });
    expect(rows).toEqual([
      ["it's", 'back\\'],
      ['x;\ny', null],
    ]);
  });

  test('are the same as an independent reader gives', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => [
      `${i}`,
      ['plain', 'with, comma', 'with "quotes"', 'two\nlines', 'crlf\r\ninside', 'ünï😀cödé', '', ' padded '][
        i % 8
      ],
      `${i % 3 === 0 ? '"' : ''}${'x'.repeat(i % 50)}`,
    ]);
    const quote = (value: string) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    const path = folder.newFile(
      '.csv',
      [['id', 'text', 'more'], ...rows]
        .map((row, i) => row.map(quote).join(',') + (i % 2 ? '\n' : '\r\n'))
        .join(''),
    );
    const script =
      'import csv,json,sys; print(json.dumps(list(csv.reader(open(sys.argv[1], encoding="utf-8", newline="")))))';
    const theirs: unknown = JSON.parse(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }));
    const ours = await readAll(open({ type: 'csv', path }, { partitionSize: 1000, blockSize: 100 }));
    expect([['id', 'text', 'more'], ...ours.map(outcome)]).toEqual(theirs);
  });
});

describe('a broken row costs itself alone', () => {
  const cases: [name: string, row: string, outcomes: unknown[]][] = [
    ['too few fields', '1', ['too_few_fields']],
    ['too many fields', '1,2,3', ['too_many_fields']],
    ['a quote inside a field', '5" pipe,x', ['stray_quote']],
    ['a quote inside a field, and a line end in quotes', '5" pipe,"x\ny"', ['stray_quote']],
    ['text after a closing quote', '"5" pipe,x', ['stray_quote']],
    ['a quote that is closed in a later row', '1,"x\n2,"y"', ['stray_quote', ['2', 'y']]],
    ['a carriage return after a closing quote', '1,"x"\r2', ['stray_quote']],
    ['a NUL', '1,a\0b', ['nul_byte']],
    ['a NUL in quotes', '1,"a\0b"', ['nul_byte']],
    ['a NUL after a closing quote', '1,"a"\0', ['stray_quote']],
    ['a row that is too long', `1,${'x'.repeat(2000)}`, ['record_too_long']],
    ['a row in quotes that is too long', `1,"${'x'.repeat(2000)}"`, ['unclosed_quote']],
  ];
  test.each(cases)('%s', async (_name, row, outcomes) => {
    const content = `a,b\nfirst,"1"\n${row}\nlast,2\n`;
    const expected = [['first', '1'], ...outcomes, ['last', '2']];
    expect(await read(content, { maxRecordSize: 1024 })).toEqual(expected);
  });

  test('invalid UTF-8', async () => {
    const content = Buffer.concat([Buffer.from('a,b\n1,é\n2,'), Buffer.from([0xe9]), Buffer.from('\n3,è\n')]);
    expect(await read(content)).toEqual([['1', 'é'], 'invalid_utf8', ['3', 'è']]);
  });

  test('a quote that is never closed, at the end', async () => {
    expect(await read('a,b\n1,"x\n2,y\n3,z')).toEqual(['unclosed_quote', ['2', 'y'], ['3', 'z']]);
  });

  test('a quote that is not closed within the longest record', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [`${i}`, 'some text']);
    const content = `a,b\n1,"x\n${rows.map((row) => `${row.join(',')}\n`).join('')}`;
    expect(await read(content, { maxRecordSize: 1024 })).toEqual(['unclosed_quote', ...rows]);
  });

  test('and is shown from its start on where it is very long', async () => {
    const [record] = await readAll(csv(`a,b\n1,${'x'.repeat(300_000)}\n`, { maxRecordSize: 100_000 }));
    expect(record.fault).toBe('record_too_long');
    expect(record.raw).toBe(`1,${'x'.repeat(64 * 1024 - 2)}`);
  });

  test('and is shown alike in any blocks where it is just too long', async () => {
    const path = folder.newFile('.csv', `a\n${'x'.repeat(100_000)}\r\n1\n`);
    const shown = async (blockSize: number) =>
      (await readAll(open({ type: 'csv', path, maxRecordSize: 100_000 }, { blockSize }))).map(
        ({ raw }) => raw,
      );
    expect(await shown(100_001)).toEqual(await shown(1_000_000));
  });

  test('and has no values', async () => {
    const source = csv('a,b\n1\n');
    const { partitions } = await partitionsOf(source);
    for await (const batch of source.read(partitions[0], partitions[0].start, new AbortController().signal)) {
      expect(batch.fault(0)?.message).toBe('the record has 1 field, but there are 2 columns');
      expect(() => batch.shape === 'text' && batch.values(0)).toThrow('a dirty record has no values');
    }
  });
});

describe('layout', () => {
  test.each([
    ['lines that end in LF and CRLF, mixed', 'a,b\r\n1,2\n3,4\r\n'],
    ['no line end at the end', 'a,b\n1,2\n3,4'],
    ['blank lines', '\n\r\na,b\n\n\n1,2\r\n\r\n3,4\n\n\r\n'],
    ['a byte order mark', '\ufeffa,b\n1,2\n3,4\n'],
    ['quotes around all', '"a","b"\n"1","2"\n"3","4"\n'],
  ])('%s', async (_name, content) => {
    const source = csv(content);
    expect((await source.describe()).columns).toEqual(['a', 'b']);
    expect((await readAll(source)).map(outcome)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('reading ends where the partition does, whatever blank lines follow', async () => {
    const content = `a\n1\n2\n${'\n'.repeat(1000)}`;
    const source = open({ type: 'csv', path: folder.newFile('.csv', content) }, { blockSize: 64 });
    const { partitions } = await partitionsOf(source);
    expect(partitions).toHaveLength(1);
    expect((await readPartition(source, partitions[0])).positions).toEqual([4, content.length]);
  });

  test('partitions have labels and cover the file', async () => {
    const rows = `${'x'.repeat(1023)}\n`.repeat(10);
    const path = folder.file('orders.csv', `a\n${rows}`);
    const { partitions } = await partitionsOf(open({ type: 'csv', path }, { partitionSize: 4096 }));
    expect(partitions.map(({ label }) => label)).toEqual([
      'orders.csv 0–4 KiB',
      'orders.csv 4–8 KiB',
      'orders.csv 8–10 KiB',
    ]);
    expect(partitions.reduce((sum, { sourceBytes }) => sum + sourceBytes, 0)).toBe(2 + rows.length);
    expect((await partitionsOf(open({ type: 'csv', path }))).partitions[0].label).toBe('orders.csv');
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
  ])('a file of %s has no records, and a warning says so', async (_name, content) => {
    const path = folder.newFile('.csv', content);
    const source = open({ type: 'csv', path });
    expect((await source.describe()).inputs).toEqual([path]);
    expect(await partitionsOf(source)).toEqual({ partitions: [], warnings: [`${path} has no records`] });
  });
});
