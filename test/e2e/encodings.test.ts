import { readFile } from 'node:fs/promises';
import { describe, expect, inject, it } from 'vitest';
import type { JobInput } from '../../src/job/schema/job.js';
import { encode } from '../sources/alphabets.js';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';
import { storedZstd } from '../support/zstd.js';

const bench = useBench();
const stack = inject('stack');

const bodies = async (topic: string) =>
  (await readTopic(stack, topic)).map(({ body }) => body.toString()).sort();

type Settings = Partial<JobInput['settings']>;

async function migrate(
  name: string,
  content: string | Uint8Array,
  source: { type: 'csv' | 'ndjson' | 'json'; encoding?: string; delimiter?: string },
  settings: Settings = {},
) {
  const topic = await bench.topic();
  const path = await bench.file(name, content);
  const job = bench.job({ source: { ...source, path } as JobInput['source'], sink: { topic }, settings });
  return { topic, path, report: await bench.run(job) };
}

const packed = () => readFile(new URL('../sources/fixtures/rows.ndjson.zst', import.meta.url));

describe('a run', () => {
  it('moves a GBK file in many partitions, each record once', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => [`${n}`, `订单 ${n}，"北京|上海"\n第二行`]);
    const lines = rows.map(([id, text]) => `${id},"${text.replaceAll('"', '""')}"\n`);
    const content = encode(`编号,内容\n${lines.join('')}`, 'gbk');
    const { topic, report } = await migrate(
      'gbk.csv',
      content,
      { type: 'csv', encoding: 'GB2312' },
      { partitionSize: '16 KiB', parallelism: 4 },
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 5000, written: 5000, dirty: 0 } });
    expect(report.partitions).toBeGreaterThan(5);
    expect(await bodies(topic)).toEqual(
      rows.map(([id, text]) => JSON.stringify({ 编号: id, 内容: text })).sort(),
    );
  });

  it('moves a UTF-16 file with a byte order mark', async () => {
    const content = encode('\ufeffid;text\r\n1;"日本 😀"\r\n2;\ufffd\r\n', 'utf-16le');
    const { topic, report } = await migrate('utf16.csv', content, {
      type: 'csv',
      encoding: 'utf-16',
      delimiter: ';',
    });
    expect(report).toMatchObject({ state: 'completed', records: { read: 2, written: 2, dirty: 0 } });
    expect(await bodies(topic)).toEqual(['{"id":"1","text":"日本 😀"}', '{"id":"2","text":"\ufffd"}']);
  });

  it('moves a zstd file', async () => {
    const { topic, report } = await migrate('rows.ndjson.zst', await packed(), { type: 'ndjson' });
    expect(report).toMatchObject({ state: 'completed', records: { read: 20_000, written: 20_000 } });
    const messages = await bodies(topic);
    expect(messages).toHaveLength(20_000);
    expect(new Set(messages).size).toBe(700);
  });

  it('takes an empty .zst file for no records, and warns', async () => {
    const { report, path } = await migrate('empty.ndjson.zst', '', { type: 'ndjson' });
    expect(report).toMatchObject({ state: 'completed', records: { read: 0, written: 0 }, messages: 0 });
    expect(report.warnings.join('\n')).toContain(path);
  });
});

describe('a record that can not be decoded costs itself alone', () => {
  it.each([
    ['gbk', [0xff]],
    ['big5', [0x81]],
    ['shift_jis', [0x85, 0x40]],
    ['euc-kr', [0xc9, 0xa1]],
    ['utf-16be', [0xd8, 0x00]],
    ['iso-2022-jp', [0x1b, 0x24, 0x42, 0x30]],
  ])('in %s', async (encoding, bytes) => {
    const content = Buffer.concat([
      encode('id,name\n1,a\n2,', encoding),
      Buffer.from(bytes),
      encode('\n3,"c"\n', encoding),
    ]);
    const { topic, report } = await migrate(`${encoding}.csv`, content, { type: 'csv', encoding });
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 2, dirty: 1 } });
    expect(await bodies(topic)).toEqual(['{"id":"1","name":"a"}', '{"id":"3","name":"c"}']);
  });

  it('in JSON documents that are decoded first', async () => {
    const content = Buffer.concat([
      encode('[{"a":"中文"},{"a":"', 'gbk'),
      Buffer.from([0xff]),
      encode('"},{"a":2}]', 'gbk'),
    ]);
    const { topic, report } = await migrate('gbk.json', content, { type: 'json', encoding: 'gbk' });
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 2, dirty: 1 } });
    expect(await bodies(topic)).toEqual(['{"a":"中文"}', '{"a":2}']);
  });
});

describe('the run ends with what is wrong and what to do', () => {
  const zstd = storedZstd('{"a":1}\n');
  const utf16 = encode('\ufeffid,name\n1,a\n', 'utf-16le');
  const tar = Buffer.alloc(1024);
  tar.write('ustar', 257);

  it.each([
    [
      'a header that can not be decoded',
      'h.csv',
      Buffer.from('id,\xff\n1,2\n', 'latin1'),
      'gbk',
      'header_unreadable',
      /gbk/,
    ],
    [
      'UTF-16 that is declared as UTF-8',
      'u.csv',
      utf16,
      'utf-8',
      'wrong_encoding',
      /Set source.encoding to utf-16le/,
    ],
    ['the other byte order', 'b.csv', utf16, 'utf-16be', 'wrong_encoding', /Set source.encoding to utf-16le/],
    ['something else than zstd', 'm.csv.zst', 'id,name\n1,a\n', 'utf-8', 'input_corrupt', /begin as zstd/],
    [
      'a truncated small zstd file',
      't.csv.zst',
      zstd.subarray(0, -6),
      'utf-8',
      'input_corrupt',
      /ends too early/,
    ],
    ['an archive by its name', 'a.tar.zst', zstd, 'utf-8', 'unsupported_archive', /Unpack it/],
    ['an archive by its content', 'a.csv', tar, 'utf-8', 'unsupported_archive', /Unpack it/],
  ])('for %s', async (_, name, content, encoding, code, text) => {
    const { topic, report } = await migrate(name, content, { type: 'csv', encoding });
    expect(report).toMatchObject({ state: 'failed', error: { code, fault: 'user' }, records: { read: 0 } });
    expect(`${report.error?.message} ${report.error?.mend}`).toMatch(text);
    expect(await countTopic(stack, topic)).toBe(0);
  });

  it('for a zstd file that is cut in its middle', async () => {
    const whole = await packed();
    const { topic, report } = await migrate('cut.ndjson.zst', whole.subarray(0, -30), { type: 'ndjson' });
    expect(report).toMatchObject({ state: 'failed', error: { code: 'input_corrupt', fault: 'user' } });
    expect(report.error?.message).toContain('cut.ndjson.zst');
    expect(await countTopic(stack, topic)).toBe(report.records.written);
  });
});
