import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { useCsv } from './csv-reading.js';
import { open, outcome, partitionsOf, readAll, readPartition } from './reading.js';

const { folder, csv, read } = useCsv();

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

describe('line ends', () => {
  const values = [
    ['1', 'x\ny'],
    ['2', 'x\r\ny'],
    ['3', 'x\ry'],
  ];
  const quoted = values.map(([id, text]) => `${id},"${text}"`);

  test.each([
    ['lf', '\n'],
    ['crlf', '\r\n'],
    ['cr', '\r'],
    ['\u001e', '\u001e'],
    ['|', '|'],
  ])('%j: all others are data, in quotes all are', async (lineEnd, end) => {
    const plain = ['\r', '\n', '\r\r', 'a\rb', 'a\nb', '|', '\u001e'].filter((text) => !text.includes(end));
    const rows = [
      'a,b',
      ...quoted,
      ...plain.map((text) => `${text},${text}`),
      ...plain.map((text) => `"",${text}`),
    ];
    const expected = [...values, ...plain.map((text) => [text, text]), ...plain.map((text) => ['', text])];
    for (const blank of ['', end]) {
      const content = rows.map((row) => row + end + blank).join('');
      for (const blockSize of [1, 2, 3, 7, 1000]) {
        const source = open({ type: 'csv', path: folder.newFile('.csv', content), lineEnd }, { blockSize });
        expect((await readAll(source)).map(outcome)).toEqual(expected);
      }
    }
  });

  test('a carriage return before the one of a line end is data, quotes or not', async () => {
    const rows = [
      ['1', 'x\r'],
      ['2', 'x\r'],
      ['3', 'x\r'],
    ];
    expect(await read('a,b\r\n1,x\r\r\n"2",x\r\r\n"3",x\r')).toEqual(rows);
  });

  test.each([
    ['crlf', '\r\n', '"x"\n'],
    ['crlf', '\r\n', '"x"\r'],
    ['lf', '\n', '"x"\r'],
    ['cr', '\r', '"x"\n'],
  ])('%s: another one behind a closing quote is dirty', async (lineEnd, end, text) => {
    const content = ['a,b', `1,${text}`, '2,"y"', ''].join(end);
    expect(await read(content, { lineEnd })).toEqual(['stray_quote', ['2', 'y']]);
  });

  test('the longest record may hold as much with quotes as without', async () => {
    const records = (end: string) => [`1,${'x'.repeat(1022)}${end}`, `1,"${'x'.repeat(1020)}"${end}`];
    for (const lineEnd of ['auto', 'lf', 'crlf', 'cr', '|']) {
      const end = { crlf: '\r\n', cr: '\r', '|': '|' }[lineEnd] ?? '\n';
      const outcomes = await read(`a,b${end}${records(end).join('')}`, { lineEnd, maxRecordSize: 1024 });
      // Of two bytes, the second must stand where the one byte would.
      const dirty = ['record_too_long', 'record_too_long'];
      const good = [
        ['1', 'x'.repeat(1022)],
        ['1', 'x'.repeat(1020)],
      ];
      expect(outcomes).toEqual(lineEnd === 'crlf' ? dirty : good);
    }
  });
});
