import { describe, expect, inject, it } from 'vitest';
import type { Report } from '../../src/job/report.js';
import type { JobInput } from '../../src/job/schema/job.js';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');

type CsvInput = Extract<JobInput['source'], { type: 'csv' }>;

/** Moves a CSV file into a topic of its own. @returns what the run reports and what the broker has */
async function migrate(
  content: string | Uint8Array,
  dialect: Partial<CsvInput>,
  settings: JobInput['settings'] = {},
): Promise<{ report: Report; path: string; ids: string[]; bodies: string[] }> {
  const topic = await bench.topic();
  const path = await bench.file(`${topic}.csv`, content);
  const source = { type: 'csv' as const, path, ...dialect };
  const report = await bench.run(bench.job({ source, sink: { topic }, settings }));
  const messages = await readTopic(stack, topic);
  const bodies = messages.map(({ body }) => body.toString()).sort();
  return { report, path, ids: messages.map(({ id }) => id), bodies };
}

const HEADLESS = { header: false, columns: { id: 'integer', name: 'string' } } as const;

describe('a run moves', () => {
  it('a file without a header, semicolons between its fields, in several partitions', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `${n};"text, of ${n}\r\nwith ""quotes""; and ends"`);
    const { report, ids, bodies } = await migrate(
      rows.join('\n'),
      { ...HEADLESS, delimiter: ';' },
      { partitionSize: '32 KiB', parallelism: 4 },
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 5000, written: 5000, dirty: 0 } });
    expect(report.partitions).toBeGreaterThan(5);
    expect(new Set(ids).size).toBe(5000);
    const expected = rows.map(
      (_, n) => `{"id":${n},"name":"text, of ${n}\\r\\nwith \\"quotes\\"; and ends"}`,
    );
    expect(bodies).toEqual(expected.sort());
  });

  it.each([
    ['cr', '\r'],
    ['crlf', '\r\n'],
    ['\u001e', '\u001e'],
  ])('a file whose lines end in %j, other line ends as data', async (lineEnd, end) => {
    const other = lineEnd === 'cr' ? '\n' : '\r';
    const rows = Array.from({ length: 2000 }, (_, n) => `${n},a${other}b,"c${end}${n}"`);
    const { report, bodies } = await migrate(
      ['id,plain,quoted', ...rows, ''].join(end),
      { lineEnd, columns: { id: 'integer' } },
      { partitionSize: '8 KiB', parallelism: 3 },
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 2000, written: 2000, dirty: 0 } });
    expect(report.partitions).toBeGreaterThan(3);
    const expected = rows.map((_, n) =>
      JSON.stringify({ id: n, plain: `a${other}b`, quoted: `c${end}${n}` }),
    );
    expect(bodies).toEqual(expected.sort());
  });

  it('the rows between comments, of which one is longer than a record', async () => {
    const long = `# "${'x'.repeat(500_000)}`;
    const rows = Array.from({ length: 1000 }, (_, n) => `${n},"row\n# ${n}"`);
    const lines = rows.flatMap((row, n) => (n % 100 === 50 ? [long, row] : ['#"', row]));
    const { report, bodies } = await migrate(
      ['# written by hand', 'id,name', ...lines, '#'].join('\n'),
      { comment: '#', maxRecordSize: '64 KiB', columns: { id: 'integer' } },
      { partitionSize: '64 KiB', parallelism: 3 },
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 1000, written: 1000, dirty: 0 } });
    expect(report.partitions).toBeGreaterThan(3);
    expect(bodies).toEqual(rows.map((_, n) => JSON.stringify({ id: n, name: `row\n# ${n}` })).sort());
  });
});

describe('a broken record costs itself, not the file', () => {
  const dialects: [name: string, end: string, dialect: Partial<CsvInput>][] = [
    ['in lines that end in CR', '\r', { ...HEADLESS, lineEnd: 'cr' }],
    ['in lines that end in CRLF alone', '\r\n', { ...HEADLESS, lineEnd: 'crlf' }],
    ['between comments', '\n# a remark\n', { ...HEADLESS, comment: '#' }],
  ];
  const broken: [name: string, row: string][] = [
    ['too many fields', '2,b,c'],
    ['too few fields', '2'],
    ['a stray quote', '2,b"b'],
    ['text behind a closing quote', '2,"b"b'],
    ['a NUL', '2,b\0'],
    ['invalid UTF-8', '2,\xff'],
    ['text in an integer column', 'two,b'],
    ['a quote that is never closed', '2,"b'],
  ];
  it.each(dialects)('%s, without a header', async (_, end, dialect) => {
    const good = broken.map((_row, n) => [`1${n},a`, `2${n},"c${end}"`]);
    // The quote that is never closed comes last: none behind it may close it.
    const rows = broken.flatMap(([, row], n) => [...good[n], row]).concat('99,z');
    const { report, bodies } = await migrate(Buffer.from(rows.join(end), 'latin1'), dialect);
    const expected = [
      ...good.flatMap((_rows, n) => [
        { id: 10 + n, name: 'a' },
        { id: 20 + n, name: `c${end}` },
      ]),
      { id: 99, name: 'z' },
    ].map((body) => JSON.stringify(body));
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: expected.length + broken.length, written: expected.length, dirty: broken.length },
    });
    expect(bodies).toEqual(expected.sort());
  });

  it.each(broken)('%s, in the first record of a file without a header', async (_, row) => {
    const { report, bodies } = await migrate(Buffer.from(`${row}\r3,c\r4,d`, 'latin1'), {
      ...HEADLESS,
      lineEnd: 'cr',
    });
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 2, dirty: 1 } });
    expect(bodies).toEqual(['{"id":3,"name":"c"}', '{"id":4,"name":"d"}']);
  });

  it('a record that is too long, be it the last', async () => {
    const rows = ['1,a', `2,${'x'.repeat(5000)}`, '3,c', `4,"${'y'.repeat(5000)}`];
    const { report, bodies } = await migrate(rows.join('\r'), {
      ...HEADLESS,
      lineEnd: 'cr',
      maxRecordSize: '1 KiB',
    });
    expect(report).toMatchObject({ state: 'completed', records: { read: 4, written: 2, dirty: 2 } });
    expect(bodies).toEqual(['{"id":1,"name":"a"}', '{"id":3,"name":"c"}']);
  });
});

describe('the run ends with what is wrong and what to do', () => {
  it.each([
    ['lines end in CR and the job does not say so', 'id,name\r1,a\r', {}, 'line_ends', 'source.lineEnd: cr'],
    [
      'lines end in LF and the job says CRLF',
      'id,name\n1,a\n',
      { lineEnd: 'crlf' },
      'line_ends',
      'source.lineEnd',
    ],
    [
      'a declared column is not there, below comments',
      '# x\nid,nmae\n1,a\n',
      { comment: '#', columns: { name: 'string' } },
      'column_missing',
      'nmae',
    ],
  ] as const)('if %s', async (_, content, dialect, code, mend) => {
    const { report, bodies } = await migrate(content, dialect);
    expect(report).toMatchObject({ state: 'failed', error: { code, fault: 'user' }, records: { read: 0 } });
    expect(report.error?.mend).toContain(mend);
    expect(bodies).toEqual([]);
  });
});

describe('no records, and a warning', () => {
  it.each([
    ['an empty file without a header', '', HEADLESS],
    ['an empty file whose lines end in CR', '', { lineEnd: 'cr' }],
    ['a file of only comments', '# a\n# "b', { comment: '#' }],
    ['a file of only comments without a header', '# a\n', { ...HEADLESS, comment: '#' }],
    ['a header and comments', '# a\nid,name\n# 1,b\n', { comment: '#' }],
    ['a header whose line ends in CR', 'id,name\r\r', { lineEnd: 'cr' }],
  ] as const)('for %s', async (_, content, dialect) => {
    const { report, path, bodies } = await migrate(content, dialect);
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 0, written: 0, dirty: 0 },
      messages: 0,
    });
    expect(report.warnings.join('\n')).toContain(path);
    expect(bodies).toEqual([]);
  });
});
