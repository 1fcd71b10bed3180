/** How long records are in their input: a dirty one is kept whole where all of its bytes are kept. */
import { describe, expect, test } from 'vitest';
import { open, partitionsOf, useFolder } from './reading.js';

const folder = useFolder();

interface Length {
  readonly raw: string;
  readonly bytes: number;
}

async function lengthsIn(
  type: string,
  content: string,
  { maxRecordSize = 1000, blockSize = 1000 } = {},
): Promise<Length[]> {
  const header = type === 'csv' ? { header: false, columns: { a: 'string' } } : {};
  const source = open(
    { type, path: folder.newFile('.txt', content), maxRecordSize, ...header },
    { blockSize },
  );
  const lengths: Length[] = [];
  for (const partition of (await partitionsOf(source)).partitions) {
    for await (const batch of source.read(partition, partition.start, new AbortController().signal)) {
      for (let i = 0; i < batch.length; i++)
        lengths.push({ raw: Buffer.from(batch.raw(i)).toString(), bytes: batch.bytes(i) });
    }
  }
  return lengths;
}

describe('a record is as long as its bytes', () => {
  test.each<[name: string, type: string, content: string, records: string[]]>([
    [
      'the last one of an array, behind which its end stands',
      'json',
      '[{"id":1},\n{"id":"x"}]\n',
      ['{"id":1}', '{"id":"x"}'],
    ],
    [
      'the last line, with line ends behind it',
      'ndjson',
      `{}\n{"a":1}${'\n'.repeat(3000)}`,
      ['{}', '{"a":1}'],
    ],
    ['the last row, with line ends behind it', 'csv', `1\n"2"x${'\n'.repeat(3000)}`, ['1', '"2"x']],
    ['the last line without a line end', 'ndjson', '{}\n{"a":1}', ['{}', '{"a":1}']],
  ])('%s', async (_, type, content, records) => {
    for (const blockSize of [4, 16, 1000, 100_000]) {
      expect(await lengthsIn(type, content, { blockSize })).toEqual(
        records.map((raw) => ({ raw, bytes: raw.length })),
      );
    }
  });
});

test('an overlong record is as long as what was passed over, without what comes behind its line end', async () => {
  const long = 'x'.repeat(500);
  const raw = long.slice(0, 20);
  for (const behind of ['', '\n'.repeat(50), 'short\n']) {
    const [first] = await lengthsIn('csv', `${long}\n${behind}`, { maxRecordSize: 20, blockSize: 64 });
    expect(first).toEqual({ raw, bytes: long.length + 1 });
  }
});
