import { gzipSync } from 'node:zlib';
import { describe, expect, inject, it } from 'vitest';
import { useBench } from '../support/migration.js';
import { readTopic } from '../support/topic-reader.js';

const bench = useBench();
const stack = inject('stack');

/** Runs a job over files of JSON; the messages of its topic, sorted. */
async function migrate(
  files: Readonly<Record<string, string | Uint8Array>>,
  fields: { path?: string; recordPath?: string | string[] } = {},
  settings = {},
) {
  const topic = await bench.topic();
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) paths.push(await bench.file(name, content));
  const { path = paths, ...rest } = fields;
  const source = { type: 'json' as const, path, ...rest };
  const report = await bench.run(bench.job({ source, sink: { topic }, settings }));
  const bodies = (await readTopic(stack, topic)).map(({ body }) => body.toString()).sort();
  return { report, bodies, paths };
}

const record = (n: number) => `{ "n": ${n},"big":9007199254740993${n}, "list":[{"x":"]}"}], "t":"\\u00e9é" }`;
const records = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => record(from + i));

describe('a run moves', () => {
  it('the records at a path inside a document, byte for byte', async () => {
    const all = records(0, 600);
    const beside = `"count":600,"skipped":[${records(0, 50)}]`;
    const content = `\ufeff{${beside},"data":{"items":[\n${all.join(',\n')}\n],"next":null},"after":{${beside}}}\n`;
    const { report, bodies } = await migrate({ 'nested.json': content }, { recordPath: 'data.items' });
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 600, written: 600, dirty: 0 },
      duplicatesAtMost: 0,
      partitions: 1,
    });
    expect(bodies).toEqual(all.sort());
  });

  it('the records of every element on the way', async () => {
    const pages = Array.from(
      { length: 20 },
      (_, p) => `{"page":${p},"items":[${records(p * 10, p * 10 + 10)}]}`,
    );
    const content = gzipSync(`{"pages":[${pages}]}`);
    const { report, bodies } = await migrate(
      { 'pages.json.gz': content },
      { recordPath: ['pages', '*', 'items'] },
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 200, written: 200 } });
    expect(bodies).toEqual(records(0, 200).sort());
  });

  it('documents one after another, plain and gzip', async () => {
    const dense = records(0, 300).join('');
    const mixed = `[${records(300, 400)}]\n${records(400, 500).join('\r\n')} [] [${record(500)}]`;
    const files = {
      'dense.json': dense,
      'mixed.json': mixed,
      'more.json.gz': gzipSync(records(501, 700).join('\n')),
    };
    const { report, bodies } = await migrate(files);
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 700, written: 700, dirty: 0 },
      partitions: 3,
    });
    expect(bodies).toEqual(records(0, 700).sort());
  });

  it('one document a file, over a glob', async () => {
    const files = Object.fromEntries(records(0, 40).map((text, n) => [`one-${n}.json`, `${text}\n`]));
    const { report, bodies } = await migrate(files, { path: `${bench.folder}/one-*.json` });
    expect(report).toMatchObject({ state: 'completed', records: { read: 40, written: 40 }, partitions: 40 });
    expect(bodies).toEqual(records(0, 40).sort());
  });
});

describe('bad input costs itself, not the file', () => {
  const [one, two] = [record(1), record(2)];
  const long = `{"n":"${'x'.repeat(4 * 1024 * 1024)}"}`;
  const around = (items: string) => `{"before":[1],"data":{"items":${items}},"after":{}}\n`;
  const good = around(`[${one}]`) + around(two);

  it.each([
    ['a document without the path', `${good}{"data":{"itmes":[{}]}}`, 1],
    ['another kind of value on the way', `${good}{"data":[{"items":[{}]}]}`, 1],
    ['null at the path', good + around('null'), 1],
    ['a number at the path', good + around('5'), 1],
    ['numbers as records', good + around('[1,2]'), 2],
    ['a document that is cut off', `${good}{"data":{"items":[`, 1],
    ['a document that is cut off in a record', `${good}{"data":{"items":[{"n":"`, 1],
    ['a document that is cut off beside the path', `${good}{"before":[{"x":`, 1],
    ['a broken record in the middle', around(`[${one},{"n":1,},${two}]`), 1],
    ['a comma that is missing', around(`[${one} {},${two}]`), 1],
    ['text between documents', good.replace('\n', '\nnot JSON\n'), 2],
    ['a record over maxRecordSize', around(`[${one},${long},${two}]`), 1],
    ['a document over maxRecordSize, on the way', `${good}[${long}]`, 1],
  ])('%s', async (_, content, dirty) => {
    const { report, bodies } = await migrate({ 'bad.json': content }, { recordPath: 'data.items' });
    expect(report).toMatchObject({
      state: 'completed',
      records: { read: 2 + dirty, written: 2, dirty, filtered: 0 },
    });
    expect(bodies).toEqual([one, two]);
  });

  it('invalid UTF-8 in a record', async () => {
    const bad = Buffer.concat([Buffer.from('{"n":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const content = Buffer.concat([Buffer.from(one), bad, Buffer.from(two)]);
    const { report, bodies } = await migrate({ 'utf8.json': content });
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 2, dirty: 1 } });
    expect(bodies).toEqual([one, two]);
  });

  it('a body over 4 MiB, where records may be as long', async () => {
    const topic = await bench.topic();
    const path = await bench.file('huge.json', `${one}${long}[${two}]`);
    const source = { type: 'json' as const, path, maxRecordSize: '8 MiB' };
    const report = await bench.run(bench.job({ source, sink: { topic } }));
    expect(report).toMatchObject({ state: 'completed', records: { read: 3, written: 2, dirty: 1 } });
    expect((await readTopic(stack, topic)).map(({ body }) => body.toString()).sort()).toEqual([one, two]);
  });

  it('skipped members may be longer than any record', async () => {
    const content = `{"before":${long},"data":{"items":[${one}],"rest":${long}}}`;
    const { report, bodies } = await migrate({ 'skip.json': content }, { recordPath: 'data.items' });
    expect(report).toMatchObject({ state: 'completed', records: { read: 1, written: 1, dirty: 0 } });
    expect(bodies).toEqual([one]);
  });

  it.each([
    ['no bytes', '', undefined],
    ['white space only', ' \r\n\t', 'data.items'],
    ['empty arrays', '[] [ ]\n', undefined],
    ['an empty array at the path', around('[]'), 'data.items'],
  ])('takes a file of %s for no records, and warns', async (_, content, recordPath) => {
    const { report, bodies, paths } = await migrate(
      { 'empty.json': content },
      recordPath ? { recordPath } : {},
    );
    expect(report).toMatchObject({ state: 'completed', records: { read: 0, written: 0, dirty: 0 } });
    expect(report.warnings.join('\n')).toContain(paths[0]);
    expect(bodies).toEqual([]);
  });
});
