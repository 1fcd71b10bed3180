import { describe, expect, test } from 'vitest';
import { type CsvSource, source as sourceSchema } from '../../src/job/schema/source.js';
import { dialectOf } from '../../src/sources/csv/dialect.js';
import { RecordScanner } from '../../src/sources/csv/record-scanner.js';
import { Found } from '../../src/sources/files/cutter.js';
import { useCsv } from './csv-reading.js';
import { open, outcome, partitionsOf, readAll } from './reading.js';

const { folder, read } = useCsv();
const marked = (content: string) => read(content, { comment: '#' });

describe('comments', () => {
  test('are passed over wherever a record may start, whatever quotes they hold', async () => {
    const content = '# first\n#\n\n#"\na,b\n# "1,\n1,2\r\n#x\r\n\n#"y"z\n3,4\n# last';
    expect(await marked(content)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('start at a record, not in quotes, not in a row, and only where the job says so', async () => {
    const content = 'a,b\n1,#x\n 2,y#\n"#3",z\n"4\n#","\n#5"\n';
    const rows = [
      ['1', '#x'],
      [' 2', 'y#'],
      ['#3', 'z'],
      ['4\n#', '\n#5'],
    ];
    expect(await marked(content)).toEqual(rows);
    expect(await read(`${content}#6,w\n`)).toEqual([...rows, ['#6', 'w']]);
  });

  test('may follow a dirty record, and are no part of it', async () => {
    expect(await marked('a,b\n1,"x\n# y\n2,y\n')).toEqual(['unclosed_quote', ['2', 'y']]);
    expect(await marked('a,b\n1,"x"y\n# "z"\n2,y\n')).toEqual(['stray_quote', ['2', 'y']]);
    expect(await marked('a,b\n1,x"y\n# "z"\n2,y\n')).toEqual(['stray_quote', ['2', 'y']]);
  });

  test('behind a wrong quote are what lines of its field would be', async () => {
    // Whether the quote was meant to open a field of two lines, nobody can tell.
    const content = 'a,b\n1,"two\n# lines"x\n2,y\n';
    expect(await marked(content)).toEqual(['stray_quote', ['2', 'y']]);
    expect(await read(content)).toEqual(['stray_quote', 'stray_quote', ['2', 'y']]);
  });

  test('that hold what closes a wrong quote are a part of the field', async () => {
    expect(await marked('a,b\n1,"x\n# y"\n2,y\n')).toEqual([
      ['1', 'x\n# y'],
      ['2', 'y'],
    ]);
  });

  test('may be longer than a record and a block, and hold any bytes', async () => {
    const long = Buffer.concat([Buffer.from([0x23, 0xff, 0, 0x22]), Buffer.alloc(300_000, 'x')]);
    const parts = ['\n', 'a,b\n', '\n1,2\n', '\n"3",4\n', '\n'].map((text) => Buffer.from(text));
    const content = Buffer.concat([
      long,
      parts[0],
      parts[1],
      long,
      parts[2],
      long,
      parts[3],
      long,
      parts[4],
      long,
    ]);
    const source = open(
      { type: 'csv', path: folder.newFile('.csv', content), comment: '#', maxRecordSize: 1024 },
      { blockSize: 1000, partitionSize: 1000 },
    );
    expect((await readAll(source)).map(outcome)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect((await partitionsOf(source)).partitions).toHaveLength(2);
  });

  test('are not kept in memory while they are passed over', async () => {
    const spec = sourceSchema.parse({ type: 'csv', path: 'x', comment: '#' }) as CsvSource;
    const scanner = new RecordScanner(dialectOf(spec), 1024);
    for (const block of ['#x', 'x'.repeat(1000), 'y', '"']) {
      expect(scanner.find(Buffer.from(block), 0, false)).toBe(Found.MORE);
      expect(scanner.next).toBe(block.length);
    }
    expect(scanner.find(Buffer.from('\n1,2\n'), 0, false)).toBe(Found.RECORD);
    expect([scanner.start, scanner.end]).toEqual([1, 4]);
  });
});
