import { gzipSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { useBench } from '../support/migration.js';
import { countTopic, readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');

const bodies = async (topic: string) =>
  (await readTopic(stack, topic)).map(({ body }) => body.toString()).sort();

describe('a run', () => {
  it('moves every row of a CSV file into the topic, values as they stood', async () => {
    const topic = await bench.topic();
    const path = await bench.file(
      'orders.csv',
      'id,amount,note\n1234567890123456789,1.10,"a ""quoted"", text\nof two lines"\n2,0.30,\u00e9\u4e2d\n',
    );
    const report = await bench.run(
      bench.job({
        source: { type: 'csv', path, columns: { id: 'integer', amount: 'decimal' } },
        sink: { topic, keyFields: ['id'], tag: 'import' },
      }),
    );
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 2, written: 2, dirty: 0, filtered: 0 },
      messages: 2,
      duplicatesAtMost: 0,
      retries: 0,
      partitions: 1,
      warnings: [],
      inputs: [{ name: path, read: 2, written: 2, dirty: 0, filtered: 0 }],
    });
    const messages = await readTopic(stack, topic);
    expect(messages.map(({ body }) => body.toString()).sort()).toEqual([
      '{"id":1234567890123456789,"amount":1.10,"note":"a \\"quoted\\", text\\nof two lines"}',
      '{"id":2,"amount":0.30,"note":"\u00e9\u4e2d"}',
    ]);
    for (const { id, keys, tag } of messages) {
      expect(tag).toBe('import');
      expect(keys).toContain(id);
    }
    expect(messages.map(({ keys }) => keys[0]).sort()).toEqual(['1234567890123456789', '2']);
  });

  it('moves NDJSON byte for byte, plain and gzip, from a list and a glob', async () => {
    const topic = await bench.topic();
    const lines = Array.from(
      { length: 500 },
      (_, n) => `{ "n": ${n}, "big":9007199254740993${n},  "t":"\\u00e9" }`,
    );
    await bench.file('part-1.ndjson', `\ufeff${lines.slice(0, 250).join('\n')}\n`);
    const zipped = await bench.file('zipped.ndjson.gz', gzipSync(lines.slice(250).join('\r\n')));
    const report = await bench.run(
      bench.job({
        source: { type: 'ndjson', path: [`${bench.folder}/part-*.ndjson`, zipped] },
        sink: { topic },
        settings: { partitionSize: '4 KiB', parallelism: 3 },
      }),
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 500, written: 500 } });
    expect(report.partitions).toBeGreaterThan(3);
    expect(await bodies(topic)).toEqual(lines.sort());
  });

  it('moves the records of a JSON array', async () => {
    const topic = await bench.topic();
    const records = Array.from({ length: 300 }, (_, n) => `{"n":${n},"a":[1,{"b":"]"}]}`);
    const path = await bench.file('all.json', `[\n ${records.join(' ,\n ')}\n]\n`);
    const report = await bench.run(bench.job({ source: { type: 'json', path }, sink: { topic } }));
    expect(report).toMatchObject({ state: 'completed', records: { read: 300, written: 300 }, partitions: 1 });
    expect(await bodies(topic)).toEqual(records.sort());
  });

  it('writes one big file in many partitions at once, each record once', async () => {
    const topic = await bench.topic();
    const rows = Array.from(
      { length: 20_000 },
      (_, n) => `${n},"line one of ${n}\nline two, ""quoted""",${n * 2}`,
    );
    const path = await bench.file('big.csv', `id,text,double\n${rows.join('\n')}\n`);
    const report = await bench.run(
      bench.job({
        source: { type: 'csv', path, columns: { id: 'integer' } },
        sink: { topic },
        settings: { partitionSize: '64 KiB', parallelism: 4, batch: { records: 100 } },
      }),
    );
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 20_000, written: 20_000, dirty: 0 },
    });
    expect(report.partitions).toBeGreaterThan(10);
    const messages = await readTopic(stack, topic);
    expect(messages).toHaveLength(20_000);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(20_000);
    const ids = messages.map(({ body }) => JSON.parse(body.toString()).id).sort((a, b) => a - b);
    expect(ids).toEqual(Array.from({ length: 20_000 }, (_, n) => n));
  });

  it('gives the same records the same ids when it runs again', async () => {
    const topic = await bench.topic();
    const path = await bench.file('same.csv', 'a\n1\n2\n3\n');
    const job = bench.job({ source: { type: 'csv', path }, sink: { topic } });
    await bench.run(job);
    await bench.run(job);
    expect(await countTopic(stack, topic)).toBe(6);
    const messages = await readTopic(stack, topic);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
  });

  it('writes CSV bodies', async () => {
    const topic = await bench.topic();
    const path = await bench.file('null.csv', 'a,b,c\n1,\\N,"x,y"\n2,"",z\n');
    await bench.run(
      bench.job({
        source: { type: 'csv', path, nullText: '\\N' },
        sink: { topic, format: 'csv' },
        transform: [{ rename: { a: 'x' } }, { constant: { origin: 'file' } }],
      }),
    );
    expect(await bodies(topic)).toEqual(['1,,"x,y",file', '2,"",z,file']);
  });
});
